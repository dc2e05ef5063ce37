# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file in which UEFI stores what it knows of a vm."""

from __future__ import annotations

from itertools import count

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree

NVRAM_FOLDER = "/var/lib/libvirt/qemu/nvram"


def has_uefi(root: tree.Element) -> bool:
    loader, system = root.find("os/loader"), root.find("os")
    return bool(
        (loader is not None and loader.get("type") == "pflash")
        or (system is not None and system.get("firmware") == "efi")
    )


def nvram_of(root: tree.Element) -> str | None:
    """The path of the file, be it there already or not; None where nothing is stored in a file."""
    loader, nvram = root.find("os/loader"), root.find("os/nvram")
    if not has_uefi(root) or (loader is not None and loader.get("stateless") == "yes"):
        return None
    source = None if nvram is None else nvram.find("source")
    if source is not None:
        path: str | None = source.get("file")
        return path
    # libvirt chooses it when the vm is started.
    written = nvram.text if nvram is not None else None
    return written or f"{NVRAM_FOLDER}/{root.findtext('name')}_VARS.fd"


def is_elsewhere(root: tree.Element) -> bool:
    """Does UEFI store what it knows where we do not reach it?"""
    source = root.find("os/nvram/source")
    return has_uefi(root) and source is not None and source.get("file") is None


def new_path(name: str, near: str | None, facts: NodeFacts) -> str:
    """A path for that of a new vm, which no file has, beside another one where there is such a
    folder."""
    folder = (near or "").rpartition("/")[0]
    if not facts.has_folder(folder):
        folder = NVRAM_FOLDER
    paths = (f"{folder}/{name}_VARS{f'.{number}' if number else ''}.fd" for number in count())
    return next(one for one in paths if not facts.is_file(one))
