# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nodes of other hypervisors, with what libvirt 9.0 reports there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import VALUES, FakeNode

_XEN = {"arch": "x86_64", "emulator": "/usr/lib/xen/bin/qemu-system-i386", "hypervisors": ["xen"]}
_CUSTOM = {"cpu_modes": ["maximum", "host-model", "custom"], "cpu_models": ["qemu64", "EPYC"]}
_QEMU_OFFERS = {
    "emulator": "/usr/bin/qemu-system-x86_64",
    "hypervisor": "qemu",
    "machine": "pc-q35-7.2",
    "arch": "x86_64",
    "max_vcpus": 288,
    "firmware": ["bios"],
    "disk_buses": ["fdc", "scsi", "virtio", "usb", "sata"],
    "graphics_types": ["sdl", "vnc", "spice"],
    "video_models": ["vga", "virtio"],
    "rng_models": ["virtio"],
    "unsupported_devices": ["tpm"],
    **_CUSTOM,
}
_XEN_OFFERS = {
    "hypervisor": "xen",
    "arch": "x86_64",
    "max_vcpus": 128,
    "disk_buses": ["ide", "scsi", "xen"],
    "graphics_types": ["sdl", "vnc", "spice"],
    "video_models": ["vga", "cirrus", "xen"],
    "hostdev_types": ["usb", "pci"],
}

_NODES: Mapping[str, Mapping[str, Any]] = {
    "qemu": {
        "driver": "QEMU",
        "uri": "qemu:///system",
        "guests": [{**VALUES["guests"][0], "hypervisors": ["qemu"]}],
    },
    "cloud-hypervisor": {
        "driver": "CH",
        "uri": "ch:///system",
        "memory_free": None,
        "guests": [{"os_type": "hvm", "arch": "x86_64", "hypervisors": ["kvm"]}],
    },
    "lxc": {
        "driver": "LXC",
        "uri": "lxc:///system",
        "guests": [
            {
                "os_type": "exe",
                "arch": arch,
                "emulator": "/usr/lib/libvirt/libvirt_lxc",
                "hypervisors": ["lxc"],
            }
            for arch in ("x86_64", "i686")
        ],
    },
    "xen": {
        "driver": "Xen",
        "uri": "xen:///system",
        "guests": [
            {**_XEN, "os_type": "xen", "machines": ["xenpv"]},
            {**_XEN, "os_type": "xenpvh", "machines": ["xenpvh"]},
            {**_XEN, "os_type": "hvm", "machines": ["xenfv"]},
        ],
    },
    "test": {
        "driver": "TEST",
        "uri": "test:///default",
        "arch": "i686",
        "guests": [
            {"os_type": kind, "arch": "i686", "hypervisors": ["test"]} for kind in ("hvm", "xen")
        ],
    },
    "bhyve": {
        "driver": "bhyve",
        "uri": "bhyve:///system",
        "guests": [{"os_type": "hvm", "arch": "x86_64", "hypervisors": ["bhyve"]}],
    },
}
_OFFERS = {"qemu": {"qemu": _QEMU_OFFERS}, "xen": {"xen": _XEN_OFFERS}}


def become(made: FakeNode, node: str | Mapping[str, Any]) -> FakeNode:
    """Make a node one of these, or one that says such things of itself."""
    said = _NODES[node] if isinstance(node, str) else node
    made.values = {**made.values, **said}
    made.offers = _OFFERS.get(str(node), {})
    return made
