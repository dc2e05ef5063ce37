# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a disk is to those who share it, and to the node."""

from __future__ import annotations

import os
import stat

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import User
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec, tree


def user_of(vm: str, running: bool, disk: tree.Element, backing: bool) -> User:
    """How a vm uses a layer of a disk of its definition."""
    readonly = backing or disk.find("readonly") is not None
    target, alias = disk.find("target").get("dev"), tree.find(disk, "alias/@name")
    name = codec.ALIAS.read(alias) if alias else None
    return User(
        vm,
        running,
        target=target,
        backing=backing,
        writes=not readonly,
        shares=disk.find("shareable") is not None,
        disk=name or target,
    )


def device_numbers(path: str) -> tuple[int, int] | None:
    """Major and minor number of a block device of this machine."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    if not stat.S_ISBLK(found.st_mode):
        return None
    return os.major(found.st_rdev), os.minor(found.st_rdev)
