# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Ansible refuses before a module begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.argument_spec import (
    argument_spec,
    constraints,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Schema


def refusals(schema: Schema, wish: Mapping[str, Any]) -> list[str]:
    """Its complaints about options that do not come together, or not alone."""
    known = _VALIDATORS.get(id(schema))
    if known is None:
        known = ArgumentSpecValidator(argument_spec(schema), **constraints(schema))
        _VALIDATORS[id(schema)] = known
    return list(known.validate(dict(wish)).error_messages)


# Those of the largest schemas take longer to make than to use.
_VALIDATORS: dict[int, ArgumentSpecValidator] = {}
