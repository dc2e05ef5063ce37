# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Raw libvirt: an overlay for each of the definitions in a folder, the vm, and its start; by so
many threads, each with a connection of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import libvirt
from threads import for_each

_VOLUME = """
<volume>
  <name>{name}-root.qcow2</name>
  <capacity unit='MiB'>64</capacity>
  <target><format type='qcow2'/></target>
  <backingStore><path>{base}</path><format type='qcow2'/></backingStore>
</volume>
"""


def create(connection: libvirt.virConnect, path: Path) -> None:
    pool = connection.storagePoolLookupByName("bench")
    base = pool.storageVolLookupByName("base.qcow2").path()
    pool.createXML(_VOLUME.format(name=path.stem, base=base))
    connection.defineXML(path.read_text()).create()


def main(folder: str, workers: str) -> None:
    done = for_each(sorted(Path(folder).glob("*.xml")), create, int(workers))
    print(f"{done} created")


main(*sys.argv[1:])
