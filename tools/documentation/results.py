# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module returns, as Ansible's documentation has it."""

from __future__ import annotations

from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Owner,
    Schema,
)
from tools.documentation import modules
from tools.documentation.references import elsewhere
from tools.documentation.sentences import doc, noun

# What every module that changes something returns.
COMMON: dict[str, Any] = {
    "actions": {
        "description": [
            "The steps that the run took, or, in check mode, that it would take, in their order."
        ],
        "returned": "success",
        "type": "list",
        "elements": "dict",
        "contains": {
            "action": {
                "description": ["What is done; the other values say to what."],
                "type": "str",
                "sample": "define",
            }
        },
        "sample": [{"action": "set_memory", "name": "web1", "size": 2147483648}],
    },
    "changes": {
        "description": ["The options whose values differ from what there was."],
        "returned": "success",
        "type": "list",
        "elements": "dict",
        "contains": {
            "option": {
                "description": ["The option."],
                "type": "str",
                "sample": "memory",
            },
            "before": {"description": ["Its value before the run."], "type": "raw"},
            "after": {"description": ["Its value after the run."], "type": "raw"},
            "apply": {
                "description": ["How such a change takes effect."],
                "type": "str",
                "sample": Apply.LIVE.name.lower(),
            },
        },
    },
    "restart_required": {
        "description": ["The options whose new values wait for a restart."],
        "returned": "success",
        "type": "list",
        "elements": "str",
        "sample": ["cpu.mode"],
    },
    "filled": {
        "description": [
            "What was chosen for a new thing besides what was given, such as its hypervisor."
        ],
        "returned": "when something new was made and values were chosen for it",
        "type": "dict",
        "sample": {"hypervisor": "kvm"},
    },
}


def of_module(module: modules.Module) -> dict[str, Any]:
    """The result of a module, besides what Ansible adds to each."""
    if module.converges is None:
        steps = {"actions": COMMON["actions"]} if module.acts else {}
        told = {
            one.name: {**_reported(one, _home(one, module), ""), "returned": "success"}
            for one in module.schema.fields
            if one.owner is Owner.REPORTED
        }
        return {**steps, **told}
    values = {
        "description": [f"The {noun(module.schema)} after the run, in the shape of its options."],
        "returned": "success",
        "type": "dict",
        "contains": _values(module.schema, None, ""),
    }
    return {**COMMON, module.converges: values}


def _home(one: Field, module: modules.Module) -> modules.Module | None:
    """The module whose options a returned schema has, where that is another one."""
    others = (other for other in modules.every() if other.name != module.name)
    return next((other for other in others if other.schema is one.of), None)


def _values(schema: Schema, home: modules.Module | None, path: str) -> dict[str, Any]:
    return {
        one.name: _reported(one, home, path)
        if one.owner is Owner.REPORTED
        else _option(one, home, path)
        for one in sorted(schema.fields, key=lambda one: one.name)
        # A thing has its state; nothing else that only steers a run comes back, and no secret.
        if not one.no_log and (not one.steers or (one.name == "state" and not path))
    }


def _option(one: Field, home: modules.Module | None, path: str) -> dict[str, Any]:
    """An option that comes back: what it is stands with the options."""
    plugin = f"{home.path}:" if home else ""
    value = {"description": [f"The value of O({plugin}{path}{one.name})."], **_type(one)}
    if one.sample is not None:
        value["sample"] = one.sample
    if one.of and any(part.owner is Owner.REPORTED for part in one.of.fields):
        below = _values(one.of, home, f"{path}{one.name}{'[]' if one.many else ''}.")
        value["contains"] = {
            name: part for name, part in below.items() if one.of[name].owner is Owner.REPORTED
        }
    return value


def _reported(one: Field, home: modules.Module | None, path: str) -> dict[str, Any]:
    said = [elsewhere(text, home.path) for text in doc(one)] if home else doc(one)
    value = {"description": said, **_type(one)}
    if one.sample is not None:
        value["sample"] = one.sample
    if one.of:
        value["contains"] = _values(one.of, home, path)
    return value


def _type(one: Field) -> dict[str, str]:
    if one.of:
        return {"type": "list", "elements": "dict"} if one.many else {"type": "dict"}
    if one.type == "list":
        return {"type": "list", "elements": one.elements or "str"}
    return {"type": one.type}
