# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the disks of a vm are, on the node and in the guest, and who uses them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import Item, items

# As many characters of a serial number as a disk tells its guest.
_TOLD = {"virtio": 20, "sata": 20, "ide": 20}


def disk_status(seen: Seen, facts: NodeFacts) -> list[dict[str, Any]]:
    """Values of the schema DISK_STATUS, one for each disk that the vm has now."""
    root = tree.parse(seen.live_xml or seen.xml)
    return [_status(disk, facts) for disk in items(VM["disks"], root)]


def path_of(disk: Mapping[str, Any], facts: NodeFacts) -> str | None:
    """The path of a disk's source, also where libvirt looks it up by the volume's name."""
    path: str | None = disk.get("path")
    if path is None and "pool" in disk and "volume" in disk:
        volume = facts.volume(disk["pool"], disk["volume"])
        return volume.path if volume else None
    return path


def _status(item: Item, facts: NodeFacts) -> dict[str, Any]:
    disk, alias = item.values, item.element.find("alias")
    told = {
        "name": disk["name"],
        "alias": alias.get("name") if alias is not None else None,
        "address": disk.get("address"),
        "guest_path": guest_path(disk),
    }
    path = path_of(disk, facts)
    if not path:
        return told
    numbers = facts.block_device(path)
    if numbers:
        told.update(major=numbers[0], minor=numbers[1])
    users = [one for one in facts.users.get(path, ()) if not one.backing]
    return {
        **told,
        "path": path,
        "users": sorted({one.vm for one in users}),
        "attach_count": len({one.vm for one in users if one.running}),
    }


def guest_path(disk: Mapping[str, Any]) -> str | None:
    """As the rules of udev name it; None where the guest may call it anything."""
    bus = disk.get("bus")
    serial = str(disk.get("serial") or "").strip()[: _TOLD.get(str(bus))]
    # Its vendor and its product, as long as the guest is told them.
    vendor, product = disk.get("vendor", "QEMU"), disk.get("product", "QEMU HARDDISK")
    names = {
        "virtio": f"virtio-{serial}",
        "scsi": f"scsi-0{vendor.ljust(8)}{product.ljust(16)}{serial}",
        "sata": f"ata-QEMU HARDDISK {serial}",
        "ide": f"ata-QEMU HARDDISK {serial}",
        "usb": f"usb-QEMU QEMU HARDDISK {serial}-0:0",
    }
    if serial and bus in names:
        return "/dev/disk/by-id/" + re.sub(r"\s+", "_", names[bus])
    wwn = disk.get("wwn")
    return f"/dev/disk/by-id/wwn-0x{wwn}" if wwn and bus in _WITH_WWN else None


_WITH_WWN = ("scsi", "sata", "ide")
