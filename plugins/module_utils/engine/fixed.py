# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that are settled when a thing is made."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.diff import CHANGED, Change
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply


def fixed(changes: Iterable[Change]) -> list[VmrtError]:
    """A complaint for each change that only a new thing could have."""
    return [
        VmrtError(
            f"can not be changed from '{change.as_dict()['before']}' to "
            f"'{change.as_dict()['after']}' where it already exists",
            option=change.path,
            hint="Leave the option out, or remove the thing first and make it anew.",
        )
        for change in changes
        if change.apply is Apply.RECREATE and change.kind == CHANGED
    ]
