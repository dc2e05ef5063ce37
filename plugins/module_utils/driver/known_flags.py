# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Flags that only some of libvirt's drivers know, by libvirt's name of the driver. A driver refuses
a call with a flag that it does not know, even where the flag would mean nothing."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import libvirt

_UNDEFINE = {
    "TEST": ("MANAGED_SAVE", "SNAPSHOTS_METADATA"),
    "XEN": ("MANAGED_SAVE",),
    "LXC": (),
    "CH": (),
}


def undefine(driver: str, flags: int) -> int:
    """Those of the flags of an undefine call that a driver knows."""
    names = _UNDEFINE.get(driver.upper())
    if names is None:
        return flags
    known = 0
    for name in names:
        known |= getattr(libvirt, f"VIR_DOMAIN_UNDEFINE_{name}")
    return flags & known


def inactive(driver: str, kind: str) -> int:
    """The flags that ask for the definition of a vm, network or pool, secrets included."""
    if kind == "vm":
        return int(libvirt.VIR_DOMAIN_XML_INACTIVE | libvirt.VIR_DOMAIN_XML_SECURE)
    if driver.upper() == "TEST":
        # Its networks and pools have one definition only.
        return 0
    flags = {"network": libvirt.VIR_NETWORK_XML_INACTIVE, "pool": libvirt.VIR_STORAGE_XML_INACTIVE}
    return int(flags[kind])
