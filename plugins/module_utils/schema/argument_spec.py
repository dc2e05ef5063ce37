# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A schema as Ansible's argument spec."""

from __future__ import annotations

from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field, Owner, Schema


def argument_spec(schema: Schema) -> dict[str, Any]:
    """The options of a schema, for AnsibleModule's ``argument_spec``."""
    return {one.name: _argument(one) for one in schema.fields if one.owner is not Owner.REPORTED}


def constraints(schema: Schema) -> dict[str, Any]:
    """What options must or must not come together, under AnsibleModule's names."""
    names = ("required_one_of", "mutually_exclusive", "required_together", "required_if")
    found = {name: [list(rule) for rule in getattr(schema, name)] for name in names}
    return {name: rules for name, rules in found.items() if rules}


def _argument(one: Field) -> dict[str, Any]:
    argument: dict[str, Any] = {"type": "list" if one.many else one.type}
    if one.of:
        argument.update(_nested(one, one.of))
    elif one.type == "list":
        argument["elements"] = one.elements or "str"
    if one.required:
        argument["required"] = True
    if one.choices:
        argument["choices"] = list(one.choices)
    if one.aliases:
        argument["aliases"] = list(one.aliases)
    if one.default is not None:
        argument["default"] = one.default
    # Names such as public_key make Ansible guess; each option says it for itself.
    argument["no_log"] = one.no_log
    return argument


def _nested(one: Field, schema: Schema) -> dict[str, Any]:
    kind = {"type": "list" if one.many else "dict"}
    options = argument_spec(schema)
    if not options:
        # Nobody sets anything in it.
        return kind
    elements = {"elements": "dict"} if one.many else {}
    return {**kind, **elements, "options": options, **constraints(schema)}
