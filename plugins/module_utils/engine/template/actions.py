# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The step that disks become a template with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import HIDDEN, Action


@dataclass(frozen=True)
class NewImage:
    """A volume that was copied; ``source`` is what it was copied from, as pool and name."""

    volume: str
    format: str
    source: str


@dataclass(frozen=True)
class MakeTemplate(Action):
    """Have volumes that were copied, given as pool and name, appear as images, and with them the
    ``file`` that says what they are."""

    name: str
    pool: str
    volumes: Sequence[str]
    images: Sequence[NewImage] = field(metadata=HIDDEN)
    file: str = field(metadata=HIDDEN)
    content: str = field(metadata=HIDDEN, repr=False)
