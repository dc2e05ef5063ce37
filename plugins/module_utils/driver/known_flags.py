# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Flags that only some of libvirt's drivers know, by libvirt's name of the driver. A driver refuses
a call with a flag that it does not know, even where the flag would mean nothing."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import libvirt

# The first libvirt that can be told what becomes of a TPM. Its own binding may be older.
KEEPS_TPM = 8009000
_DROP_TPM, _KEEP_TPM = 32, 64
_UNDEFINE: dict[str, tuple[str, ...]] = {
    "TEST": ("MANAGED_SAVE", "SNAPSHOTS_METADATA"),
    "XEN": ("MANAGED_SAVE",),
    "LXC": (),
    "CH": (),
}


def undefine(driver: str, version: int, saved: bool, keep_state: bool) -> int:
    """The flags with which a vm is undefined, its saved memory and its state dropped or kept, as
    far as a version of a driver knows them."""
    names = ["SNAPSHOTS_METADATA", "CHECKPOINTS_METADATA"]
    names.append("KEEP_NVRAM" if keep_state else "NVRAM")
    if saved:
        names.append("MANAGED_SAVE")
    known = _UNDEFINE.get(driver.upper(), names)
    flags = 0
    for name in names:
        flags |= getattr(libvirt, f"VIR_DOMAIN_UNDEFINE_{name}") if name in known else 0
    if driver.upper() not in _UNDEFINE and version >= KEEPS_TPM:
        flags |= _KEEP_TPM if keep_state else _DROP_TPM
    return flags


def inactive(driver: str, kind: str) -> int:
    """The flags that ask for the definition of a vm, network or pool, secrets included."""
    if kind == "vm":
        return int(libvirt.VIR_DOMAIN_XML_INACTIVE | libvirt.VIR_DOMAIN_XML_SECURE)
    if driver.upper() == "TEST":
        # Its networks and pools have one definition only.
        return 0
    flags = {"network": libvirt.VIR_NETWORK_XML_INACTIVE, "pool": libvirt.VIR_STORAGE_XML_INACTIVE}
    return int(flags[kind])
