# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the firmware tells a guest of its machine."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema


def _table(name: str, doc: str, **entries: str) -> Schema:
    return Schema(
        name=f"smbios_{name}",
        doc=doc,
        fields=tuple(
            Field(entry, text, at=f"entry[name={entry}]", apply=Apply.RESTART)
            for entry, text in entries.items()
        ),
    )


_BIOS = _table(
    "bios",
    "Block 0, the firmware.",
    vendor="Who made it.",
    version="Its version.",
    date="Its date, as C(10/01/2025).",
    release="Its release, as C(1.4).",
)
_SYSTEM = _table(
    "system",
    "Block 1, the machine.",
    manufacturer="Who made it.",
    product="What it is called.",
    version="Its version.",
    serial="Its serial number; cloud-init looks here for where its data is.",
    uuid="Its UUID, which has to be that of the vm.",
    sku="Its number in the maker's catalogue.",
    family="Its family.",
)
_BASE_BOARD = _table(
    "base_board",
    "A block 2, a board.",
    manufacturer="Who made it.",
    product="What it is called.",
    version="Its version.",
    serial="Its serial number.",
    asset="Its asset tag.",
    location="Where in the machine it is.",
)
_CHASSIS = _table(
    "chassis",
    "Block 3, the case.",
    manufacturer="Who made it.",
    version="Its version.",
    serial="Its serial number.",
    asset="Its asset tag.",
    sku="Its number in the maker's catalogue.",
)

_SMBIOS = Schema(
    name="smbios",
    doc="What the guest reads of its machine, as C(dmidecode) shows it. It sets O(boot.smbios) to "
    "V(sysinfo) where that is not given.",
    fields=(
        Field("bios", _BIOS.doc, at="bios", of=_BIOS, apply=Apply.RESTART),
        Field("system", _SYSTEM.doc, at="system", of=_SYSTEM, apply=Apply.RESTART),
        Field(
            "base_boards",
            "Blocks 2, the boards.",
            at="baseBoard",
            of=_BASE_BOARD,
            many=True,
            apply=Apply.RESTART,
        ),
        Field("chassis", _CHASSIS.doc, at="chassis", of=_CHASSIS, apply=Apply.RESTART),
        Field(
            "oem_strings",
            "Block 11, any texts.",
            type="list",
            at="oemStrings/entry",
            apply=Apply.RESTART,
        ),
    ),
)

_FW_CFG = Schema(
    name="fw_cfg",
    doc="A blob that the guest finds under C(/sys/firmware/qemu_fw_cfg).",
    key="name",
    mutually_exclusive=(("value", "file"),),
    fields=(
        Field(
            "state",
            "Whether the blob is there.",
            choices=("present", "absent"),
            default="present",
        ),
        Field(
            "name",
            "Name of the blob, which begins with C(opt/).",
            at="@name",
            required=True,
            check=names.fw_cfg,
            apply=Apply.RECREATE,
        ),
        Field(
            "file",
            "Absolute path of a file on the node with its content.",
            at="@file",
            check=names.path,
            apply=Apply.RESTART,
        ),
        Field("value", "Its content as a text.", at=".", codec=codec.FILLED, apply=Apply.RESTART),
    ),
)

SMBIOS = (
    Field("smbios", _SMBIOS.doc, at="sysinfo[type=smbios]", of=_SMBIOS, apply=Apply.RESTART),
    Field(
        "fw_cfg",
        "Blobs that the guest finds under C(/sys/firmware/qemu_fw_cfg), known by their names.",
        at="sysinfo[type=fwcfg]/entry",
        of=_FW_CFG,
        many=True,
        apply=Apply.RESTART,
    ),
)
