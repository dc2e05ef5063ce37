# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a module as variables of an inventory, as a role's argument specs have them."""

from __future__ import annotations

from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.placement import OF_HOSTS
from tools.documentation.modules import COLLECTION, Module
from tools.documentation.options import of_module, of_schema
from tools.documentation.references import prefixed

PREFIX = "vmrt_"


def variables(module: Module) -> dict[str, Any]:
    """One variable for each option; none is required, since a role may know better."""
    found = {PREFIX + name: _spec(option, PREFIX) for name, option in of_module(module).items()}
    for one in found.values():
        one.pop("required", None)
    return found


def lists(module: Module) -> dict[str, Any]:
    """One variable for all things of a kind: a list, whose items have the options of a module."""
    name = f"{PREFIX}{module.name}s"
    return {
        name: {
            "description": [
                f"Each {module.name} of the node, with options of M({COLLECTION}.{module.name})."
            ],
            "type": "list",
            "elements": "dict",
            "options": _specs(of_module(module), f"{name}[]."),
        }
    }


def of_all(module: Module, option: str) -> dict[str, Any]:
    """One variable for an option that all things of a kind have alike."""
    spec = _spec(of_module(module)[option], f"{PREFIX}{module.name}s[].")
    return {f"{PREFIX}{module.name}_{option}": spec}


def of_hosts(name: str) -> dict[str, Any]:
    """One variable that is a dictionary and no option of a module."""
    schema = OF_HOSTS[name]
    options = _specs(of_schema(schema, schema), f"{PREFIX}{name}.")
    return {f"{PREFIX}{name}": {"description": [schema.doc], "type": "dict", "options": options}}


def _specs(options: dict[str, Any], prefix: str) -> dict[str, Any]:
    specs = {}
    for name, option in options.items():
        specs[name] = _spec(option, prefix)
        # The argument specs of roles know no aliases.
        specs.update(dict.fromkeys(option.get("aliases", ()), specs[name]))
    return specs


def _spec(option: dict[str, Any], prefix: str) -> dict[str, Any]:
    spec = {key: value for key, value in option.items() if key not in ("aliases", "suboptions")}
    spec["description"] = [prefixed(text, prefix) for text in option["description"]]
    if "suboptions" in option:
        spec["options"] = _specs(option["suboptions"], prefix)
    return spec
