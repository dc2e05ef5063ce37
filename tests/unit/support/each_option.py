# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each option of a vm by itself, in the company without which it means nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import strategies as st

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.chardev import chardev
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.controller import (
    CONTROLLER_OPTIONS,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.hostdev import HOSTDEV
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.nic import NIC
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Owner
from tests.unit.support.wishes import value

# A host device of each type.
HOSTDEVS: dict[str, dict[str, Any]] = {
    "pci": {"type": "pci", "pci_address": "0000:03:00.0"},
    "usb": {"type": "usb", "vendor": "0x1234", "product": "0xbeef", "bus": 1, "device": 4},
    "scsi": {"type": "scsi", "adapter": "scsi_host0", "bus": 0, "target": 0, "unit": 0},
    "scsi_host": {"type": "scsi_host", "wwpn": "naa.5001405df3e54061"},
    "mdev": {
        "type": "mdev",
        "model": "vfio-pci",
        "uuid": "4dea22b3-1d52-4f65-9c9e-b6f7ab8f3d11",
        "display": True,
    },
    "storage": {"type": "storage", "path": "/dev/sdx"},
    "net": {"type": "net", "interface": "eth0"},
}
_ISCSI = {"type": "scsi", "iqn": "iqn.2013-07.com.example:disks/1", "hosts": [{"name": "store"}]}
# What an item of a list needs beside the option that is tried.
_ITEMS: dict[str, dict[str, Any]] = {
    "disks": {"name": "a", "path": "/srv/a"},
    "controllers": {"name": "a", "type": "scsi"},
    "filesystems": {"name": "a", "path": "/srv/a"},
    "graphics": {"type": "vnc"},
    "fw_cfg": {"name": "opt/com.example/a", "value": "a"},
    "qemu_override": {"alias": "net0"},
    "seclabels": {"type": "static", "model": "dac", "label": "+0:+0"},
    "inputs": {"name": "a", "type": "tablet", "bus": "usb"},
    "videos": {"name": "a", "model": "qxl"},
    "sounds": {"name": "a", "model": "ich6"},
    "audios": {"id": 1},
    "shmems": {"name": "a", "shmem": "a"},
    "hostdevs": {"name": "a", **HOSTDEVS["pci"]},
    "channels": {"name": "a", "target": "org.example.a"},
    "leases": {"key": "a", "lockspace": "a", "path": "/srv/a"},
    "memory_devices": {"name": "a", "model": "dimm", "size": "512MiB", "node": 0},
    "io_thread_ids": {"id": 1, "thread_pool_max": 128},
    "vcpu_list": {"id": 0, "enabled": True},
    "redir_filter": {"allow": True},
    "restart_policy": {},
}
_PEERS = {"peer_address": "192.0.2.1", "peer_port": 24}
_OF_NICS: dict[str, dict[str, Any]] = {
    "network": {"network": "default"},
    "bridge": {"bridge": "br0"},
    "direct": {"type": "direct", "dev": "eth0"},
    "vhostuser": {"socket": "/srv/a", "socket_mode": "client"},
    "hostdev": {"host_device": "0000:03:00.0"},
    "internal": {"type": "internal", "internal": "a"},
    "mcast": {"type": "mcast", **_PEERS},
    "udp": {"type": "udp", **_PEERS, "local_address": "192.0.2.1", "local_port": 24},
}
CHARDEV = chardev()
_CHARDEVS = ("serials", "parallels", "consoles", "channels", "redirdevs")
# What a character device of a type needs.
_ENDS: dict[Any, dict[str, Any]] = {
    **{kind: {"path": "/srv/a"} for kind in ("unix", "file", "dev", "pipe")},
    **{kind: {"host": "127.0.0.1", "service": "4000"} for kind in ("tcp", "udp")},
    "spiceport": {"channel": "org.example.a"},
}
_NVDIMM = {"model": "nvdimm", "size": "512MiB", "node": 0, "path": "/srv/a"}
_OF_NVDIMMS = ("path", "align_size", "persistent", "label_size", "readonly", "access")
_VIRTIO_MEM = {
    "model": "virtio-mem",
    "size": "512MiB",
    "node": 0,
    "block": "2MiB",
    "requested": "256MiB",
}
# The same where an option needs another company.
_FITTING: dict[tuple[str, str], dict[str, Any]] = {
    ("disks", "volume"): {"size": "1GiB"},
    ("disks", "pool"): {"size": "1GiB"},
    ("disks", "size"): {},
    ("disks", "image"): {},
    **{
        ("controllers", option): {
            "type": kinds[0],
            **({"model": "pcie-root-port"} if kinds[0] == "pci" else {}),
        }
        for option, kinds in CONTROLLER_OPTIONS.items()
    },
    **{
        ("nics", one.name): _OF_NICS[next(iter(one.at))]
        for one in NIC.fields
        if one.by == "type" and isinstance(one.at, Mapping)
    },
    ("nics", "teaming"): {"teaming_persistent": "ua-vmrt-a"},
    ("nics", "teaming_persistent"): {"teaming": "transient"},
    ("nics", "target_managed"): {"type": "ethernet", "target": "tap1"},
    ("nics", "boot_loadparm"): {"boot_order": 1},
    ("graphics", "listen"): {"type": "spice", "listen_type": "address"},
    ("graphics", "listen_network"): {"type": "spice", "listen_type": "network"},
    ("graphics", "listen_socket"): {"type": "spice", "listen_type": "socket"},
    ("graphics", "password_valid_to"): {"type": "spice", "password": "secret"},
    ("graphics", "connected"): {"type": "spice", "password": "secret"},
    ("graphics", "render_node"): {"type": "spice", "gl": True},
    ("disks", "io_limits"): {"size": "1GiB"},
    ("disks", "network"): {},
    ("disks", "nvme"): {},
    ("disks", "vhost_user"): {},
    **{
        (name, option): {"path": "/srv/a"}
        for name in ("disks", "cdroms", "floppies")
        for option in ("startup_policy", "slice", "encryption", "seclabels", "fd_group")
    },
    **{
        (name, "volume_mode"): {"type": "volume", "pool": "default", "volume": "base.qcow2"}
        for name in ("disks", "cdroms", "floppies")
    },
    **{(name, "reservations"): {"path": "/dev/sdx"} for name in ("disks", "cdroms", "floppies")},
    **{
        ("disks", option): {"path": "/srv/a", "bus": "scsi"}
        for option in ("wwn", "vendor", "product", "rotation_rate")
    },
    **{
        (name, option): {"bus": "scsi"}
        for name in ("cdroms",)
        for option in ("wwn", "vendor", "product")
    },
    ("disks", "removable"): {"path": "/srv/a", "bus": "usb"},
    **{
        ("disks", option): {"device": "lun", "path": "/dev/sdx", "bus": "scsi"}
        for option in ("rawio", "sgio")
    },
    ("disks", "encryption"): {"path": "/srv/a", "format": "qcow2"},
    ("disks", "metadata_cache_size"): {"path": "/srv/a", "format": "qcow2"},
    ("disks", "share_backing"): {"path": "/srv/a", "transient": True},
    **{
        ("filesystems", option): {"path": "/srv/a", "driver": "path"}
        for option in ("wrpolicy", "fmode", "dmode")
    },
    **{("hostdevs", option): HOSTDEVS["scsi"] for option in ("readonly", "shareable")},
    ("videos", "vram"): {"model": "vga"},
    **{(name, "log_append"): {"log": "/srv/log"} for name in _CHARDEVS},
    **{
        ("cdroms", option): {"format": "qcow2", "path": "/srv/a"}
        for option in ("metadata_cache_size",)
    },
    ("floppies", "metadata_cache_size"): {"format": "qcow2", "path": "/srv/a"},
    ("cdroms", "boot_loadparm"): {"boot_order": 1},
    ("floppies", "boot_loadparm"): {"boot_order": 1},
    **{
        ("controllers", option): {"type": "scsi", "model": "virtio-scsi"}
        for option in ("queues", "cmd_per_lun", "max_sectors", "ioeventfd", "iothread")
    },
    **{
        ("filesystems", option): {"path": "/srv/a", "access_mode": "mapped"}
        for option in ("fmode", "dmode")
    },
    ("filesystems", "boot_order"): {"path": "/srv/a", "driver": "virtiofs"},
    ("filesystems", "boot_loadparm"): {"path": "/srv/a", "driver": "virtiofs", "boot_order": 1},
    **{
        ("videos", option): {"model": "virtio"}
        for option in ("iommu", "ats", "packed", "page_per_vq")
    },
    ("inputs", "model"): {"type": "tablet", "bus": "virtio"},
    ("inputs", "acpi_index"): {"type": "tablet", "bus": "virtio"},
    ("redirdevs", "boot_loadparm"): {"boot_order": 1},
    ("shmems", "server"): {"shmem": "a", "model": "ivshmem-doorbell"},
    ("shmems", "vectors"): {"shmem": "a", "model": "ivshmem-doorbell", "server": "/srv/a"},
    ("shmems", "ioeventfd"): {"shmem": "a", "model": "ivshmem-doorbell", "server": "/srv/a"},
    **{("memory_devices", option): _VIRTIO_MEM for option in ("model", "block", "requested")},
    **{
        ("memory_devices", option): {
            "model": "nvdimm",
            "size": "512MiB",
            "node": 0,
            "path": "/srv/a",
        }
        for option in (
            "path",
            "align_size",
            "persistent",
            "label_size",
            "readonly",
            "uuid",
            "access",
        )
    },
    **{(name, "bind_host"): {"bind_service": "4001"} for name in _CHARDEVS},
    ("fw_cfg", "file"): {"name": "opt/com.example/a"},
    ("seclabels", "base_label"): {"type": "dynamic", "model": "dac", "relabel": True},
    ("redir_filter", "class"): {"allow": True},
    ("filesystems", "socket"): {"driver": "virtiofs"},
    ("filesystems", "template"): {},
    ("filesystems", "size"): {},
    ("filesystems", "queue"): {"path": "/srv/a", "driver": "virtiofs"},
    ("filesystems", "binary"): {"path": "/srv/a", "driver": "virtiofs"},
    ("disks", "boot_loadparm"): {"path": "/srv/a", "boot_order": 1},
    ("cdroms", "volume"): {"volume": "base.qcow2"},
    ("floppies", "volume"): {"volume": "base.qcow2"},
    ("cdroms", "pool"): {"volume": "base.qcow2"},
    ("floppies", "pool"): {"volume": "base.qcow2"},
    ("inputs", "path"): {"type": "evdev"},
    **{
        ("inputs", option): {"type": "evdev", "path": "/dev/input/event0"}
        for option in ("grab", "grab_toggle", "repeat")
    },
    ("channels", "guest_address"): {"type": "pty", "target_type": "guestfwd", "guest_port": 4000},
    ("channels", "guest_port"): {
        "type": "pty",
        "target_type": "guestfwd",
        "guest_address": "10.0.2.1",
    },
    **{
        ("hostdevs", one.name): HOSTDEVS[next(iter(one.at))]
        for one in HOSTDEV.fields
        if isinstance(one.at, Mapping) and next(iter(one.at)) in HOSTDEVS
    },
    ("hostdevs", "startup_policy"): HOSTDEVS["usb"],
    **{("hostdevs", option): _ISCSI for option in ("iqn", "hosts", "auth", "initiator")},
    ("hostdevs", "boot_loadparm"): {**HOSTDEVS["pci"], "boot_order": 1},
    ("controllers", "pcihole64"): {"type": "pci", "model": "pcie-root", "index": 0},
}
# What else a vm needs.
_NUMA = {"cpu": {"numa_cells": [{"cpus": "0", "memory": "1GiB"}]}}
_ROOM = {"memory_hotplug": {"maximum": "8GiB", "slots": 4}}
_AROUND: dict[tuple[str, ...], dict[str, Any]] = {
    ("redirdevs",): {"graphics": [{"type": "spice"}]},
    ("memory_devices",): {**_NUMA, **_ROOM},
    ("memory_hotplug",): _NUMA,
    ("secure_boot",): {"firmware": "efi"},
    ("enrolled_keys",): {"firmware": "efi"},
    ("disks", "iothread"): {"io_threads": 100},
    ("controllers", "iothread"): {"io_threads": 100},
    **{
        ("filesystems", option): {"memory_backing": {"source": "memfd", "access": "shared"}}
        for option in ("queue", "binary", "socket", "boot_order", "boot_loadparm")
    },
    **{
        ("hostdevs", one): {"graphics": [{"type": "vnc"}]}
        for one in ("ramfb", "uuid", "display", "model")
    },
    **{(name, "channel"): {"graphics": [{"type": "spice"}]} for name in (*_CHARDEVS, "smartcard")},
    ("disks", "vhost_user"): {"memory_backing": {"source": "memfd", "access": "shared"}},
    ("cpu_tune", "vcpu_pins"): {"max_vcpus": 128},
}
# Of what a hypervisor takes few values, some that QEMU takes.
_REAL: dict[tuple[str, ...], list[Any]] = {
    ("arch",): ["x86_64"],
    ("machine",): ["q35", "pc-q35-7.2"],
    ("emulator",): ["/usr/bin/qemu-system-x86_64"],
    ("cpu", "model"): ["qemu64", "Nehalem"],
    ("cpu", "vendor"): ["Intel", "AMD"],
    ("cpu", "cache"): [{"mode": "emulate", "level": 3}, {"mode": "emulate"}],
    ("cpu", "max_phys_addr"): [{"mode": "emulate", "bits": 40}, {"mode": "emulate", "bits": 42}],
    ("disks", "driver"): ["qemu"],
    ("cdroms", "driver"): ["qemu"],
    ("floppies", "driver"): ["qemu"],
    ("disks", "iothread"): [1, 2],
    ("disks", "encryption"): [
        {"format": "luks", "secret_uuid": "0a81f5b2-8403-7b23-c8d6-21ccc2f80d6f"}
    ],
    ("disks", "rotation_rate"): [7200, 10000],
    ("fw_cfg", "name"): ["opt/com.example/a"],
    ("memory_devices", "model"): ["virtio-mem"],
    ("memory_devices", "block"): ["2MiB", "4MiB"],
    ("memory_devices", "requested"): ["256MiB", "512MiB"],
    ("memory_devices", "size"): ["512MiB", "1GiB"],
    ("memory_devices", "node"): [0],
    ("memory_devices", "align_size"): ["2MiB"],
    ("memory_devices", "page_size"): ["4KiB"],
    ("memory_devices", "label_size"): ["128KiB"],
    ("memory_devices", "address"): ["dimm slot=0", "dimm slot=1"],
    ("vcpu_list", "id"): [0],
    ("hostdevs", "auth"): [{"username": "a", "secret_type": "iscsi", "secret_usage": "a"}],
    ("redir_filter", "class"): ["0x08", "0x03"],
    ("controllers", "model_name"): ["pcie-root-port", "ioh3420"],
    ("serials", "address"): ["isa iobase=0x3f8 irq=0x4"],
    ("panics", "address"): ["isa iobase=0x505"],
    ("floppies", "address"): ["drive controller=0 bus=0 target=0 unit=0"],
    ("shmems", "model"): ["ivshmem-plain"],
    ("smartcard", "certificates"): [["a", "b", "c"]],
    ("smartcard", "address"): ["ccid controller=0 slot=0"],
    ("seclabels", "type"): ["static"],
    ("seclabels", "base_label"): ["+0:+0"],
    **{(name, "channel"): ["org.example.a"] for name in (*_CHARDEVS, "smartcard")},
    ("cpu", "mode"): ["host-model", "maximum"],
    **{(name, "pool"): ["default"] for name in ("disks", "cdroms", "floppies")},
    **{(name, "volume"): ["base.qcow2"] for name in ("cdroms", "floppies")},
    ("disks", "image"): ["base.qcow2"],
    **{
        (name, "network"): [
            {"protocol": "nbd", "name": "a", "hosts": [{"name": "192.0.2.1"}]},
            {"protocol": "rbd", "name": "pool/a", "hosts": [{"name": "192.0.2.1"}]},
        ]
        for name in ("disks", "cdroms", "floppies")
    },
    ("disks", "vhost_user"): [{"socket": "/srv/a"}],
    ("floppies", "target"): ["fda", "fdb"],
    ("controllers", "model"): ["virtio-scsi", "lsilogic"],
    ("nics", "network"): ["default"],
    ("nics", "rx_queue_size"): [256, 512],
    ("nics", "tx_queue_size"): [256, 512],
    ("nics", "vlan"): [{"tags": [{"id": 4}]}, {"tags": [{"id": 4}, {"id": 5}], "trunk": True}],
    ("consoles", "target_type"): ["virtio"],
    ("inputs", "model"): ["virtio", "virtio-transitional"],
    ("videos", "vgamem"): [16384, 32768],
    ("videos", "vram"): [16384, 32768],
    ("hostdevs", "model"): ["vfio-pci"],
    ("cdroms", "address"): ["drive controller=0 bus=0 target=0 unit=1"],
    ("serials", "target_type"): ["isa-serial", "usb-serial"],
    ("redirdevs", "address"): ["usb bus=0 port=1"],
    ("inputs", "address"): ["usb bus=0 port=1"],
    # An empty list says nothing, and nothing refuses it.
    ("boot", "init_args"): [["--first"], ["--second"]],
    ("channels", "guest_address"): ["10.0.2.1", "10.0.2.2"],
    ("rng", "egd"): [
        {"type": "unix", "mode": "connect", "path": path} for path in ("/srv/a", "/srv/b")
    ],
}
# The same of what a vm has one of.
_SEV = ("kernel_hashes", "cbitpos", "reduced_phys_bits", "policy", "dh_cert", "session")
_BESIDE: dict[tuple[str, ...], dict[str, Any]] = {
    **{("smartcard", one.name): {"card": "passthrough", "type": "unix"} for one in CHARDEV},
    ("cpu", "model"): {"mode": "custom"},
    **{("cpu", one): {"mode": "custom", "model": "qemu64"} for one in ("match", "fallback")},
    ("cpu", "vendor_id"): {"mode": "custom", "model": "qemu64"},
    ("cpu", "vendor"): {"mode": "custom", "model": "qemu64"},
    ("cpu", "check"): {"mode": "maximum"},
    ("cpu", "migratable"): {"mode": "maximum"},
    ("default_io_thread", "thread_pool_min"): {"thread_pool_max": 128},
    **{("restart_policy", one): {"policy": "always"} for one in ("backoff", "limit")},
    ("memory_hotplug", "maximum"): {"slots": 4},
    ("memory_hotplug", "slots"): {"maximum": "8GiB"},
    ("boot", "devices"): {},
    ("clock", "adjustment"): {"offset": "variable"},
    ("clock", "timezone"): {"offset": "timezone"},
    ("clock", "start"): {"offset": "absolute"},
    ("smartcard", "bind_host"): {"card": "passthrough", "type": "udp", "bind_service": "4001"},
    ("smartcard", "address"): {"card": "passthrough", "type": "unix", "path": "/srv/a"},
    ("smartcard", "log_append"): {"card": "passthrough", "type": "unix", "log": "/srv/log"},
    ("smartcard", "database"): {"card": "host-certificates", "certificates": ["a", "b", "c"]},
    **{("launch_security", option): {"type": "sev", "policy": 1} for option in _SEV},
}


def _options() -> Iterator[tuple[str, ...]]:
    for one in VM.fields:
        if one.places and one.owner is not Owner.REPORTED:
            inner = one.of.fields if one.of else ()
            kept = [f.name for f in inner if f.owner is not Owner.REPORTED and not f.steers]
            yield from ((one.name, name) for name in kept)
            if not inner:
                yield (one.name,)


# Options by their names, from the top: ("memory",), ("disks", "cache").
OPTIONS = list(_options())


@st.composite
def wishes(draw: st.DrawFn, path: tuple[str, ...]) -> dict[str, Any]:
    """A vm that says one option, and what it needs beside it."""
    outer = VM[path[0]]
    if len(path) == 1:
        return {**_AROUND.get(path, {}), path[0]: draw(_sample(path, value(outer)))}
    drawn = draw(_sample(path, value(outer.schema[path[1]])))
    inner = {**_BESIDE.get(path, {}), path[1]: drawn}
    item = {**_ITEMS.get(path[0], {"name": "a"}), **inner}
    if path in _FITTING:
        item = {**_FITTING[path[0], path[1]], **inner}
        if "name" in outer.schema:
            item.setdefault("name", "a")
    target = item if outer.many else inner
    one = outer.schema[path[1]]
    for other in one.misses(target):
        if one.company[other] and other in outer.schema:
            target[other] = one.company[other][0]
    if "type" in outer.schema and path[0] in (*_CHARDEVS, "smartcard"):
        target.update({**_ENDS.get(target.get("type"), {}), **inner})
    if path == ("controllers", "type") and drawn == "pci":
        item["model"] = "pcie-root-port"
    around = {**_AROUND.get(path[:1], {}), **_AROUND.get(path, {})}
    return {**around, path[0]: [item] if outer.many else inner}


def _sample(path: tuple[str, ...], any_value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A value that a real hypervisor takes, where it takes few."""
    return st.sampled_from(_REAL[path]) if path in _REAL else any_value
