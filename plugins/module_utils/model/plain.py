# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of the plainest kinds, declared in a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field


def plain(name: str, doc: str, at: str | Mapping[str, str], **more: Any) -> Field:
    """An option that is text."""
    return Field(name, doc, at=at, **{"apply": Apply.RESTART, **more})


def choice(
    name: str, doc: str, at: str | Mapping[str, str], choices: Sequence[str], **more: Any
) -> Field:
    """An option that is one of several words."""
    return plain(name, doc, at, choices=choices, **more)


def yes_no(name: str, doc: str, at: str | Mapping[str, str], **more: Any) -> Field:
    """An option that XML spells as yes or no."""
    return plain(name, doc, at, type="bool", codec=codec.YES_NO, **more)
