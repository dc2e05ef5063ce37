# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a module as variables of an inventory, as a role's argument specs have them."""

from __future__ import annotations

from typing import Any

from tools.documentation.modules import Module
from tools.documentation.options import of_module
from tools.documentation.references import prefixed, results_elsewhere

PREFIX = "vmrt_"


def variables(module: Module) -> dict[str, Any]:
    """One variable for each option; none is required, since a role may know better."""
    found = _named(of_module(module), module, PREFIX)
    for one in found.values():
        one.pop("required", None)
        # An alias would be a second name without the prefix.
        one.pop("aliases", None)
    return found


def _named(options: dict[str, Any], module: Module, prefix: str) -> dict[str, Any]:
    return {prefix + name: _spec(option, module) for name, option in options.items()}


def _spec(option: dict[str, Any], module: Module) -> dict[str, Any]:
    spec = {key: value for key, value in option.items() if key != "suboptions"}
    spec["description"] = [
        prefixed(results_elsewhere(text, module.path), PREFIX) for text in option["description"]
    ]
    if "suboptions" in option:
        spec["options"] = _named(option["suboptions"], module, "")
    return spec
