# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Raw libvirt: stop and remove each vm that has its definition in a folder, and its disk; by so
many threads, each with a connection of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import libvirt
from threads import for_each


def remove(connection: libvirt.virConnect, path: Path) -> None:
    vm = connection.lookupByName(path.stem)
    vm.destroy()
    vm.undefine()
    pool = connection.storagePoolLookupByName("bench")
    pool.storageVolLookupByName(f"{path.stem}-root.qcow2").delete()


def main(folder: str, workers: str) -> None:
    connection = libvirt.open("qemu:///system")
    # Not every contestant tells libvirt of the disks that it makes.
    connection.storagePoolLookupByName("bench").refresh()
    there = {vm.name() for vm in connection.listAllDomains()}
    paths = [path for path in sorted(Path(folder).glob("*.xml")) if path.stem in there]
    print(f"{for_each(paths, remove, int(workers))} removed")


main(*sys.argv[1:])
