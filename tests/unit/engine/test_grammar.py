# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every definition that is made is one that libvirt's own grammar allows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_host import FakeHost
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Action,
    Attach,
    CreateVolume,
    Define,
    Update,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.apply import apply
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import make_plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.controller import (
    CONTROLLER_OPTIONS,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.disk_source import SOURCE_OPTIONS
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.graphics import (
    GRAPHICS_OPTIONS,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.hostdev import HOSTDEV
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.nic import NIC
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Owner
from tests.unit.support import play
from tests.unit.support.golden import CASES, load, outcome
from tests.unit.support.grammar import complaints, in_parts
from tests.unit.support.refusals import refusals
from tests.unit.support.resources import RESOURCES
from tests.unit.support.tasks import TASK
from tests.unit.support.wishes import value, values

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
    "fw_cfg": {"name": "opt/com.example/a"},
    "qemu_override": {"alias": "net0"},
    "seclabels": {"type": "static", "model": "dac", "label": "+0:+0"},
    "inputs": {"name": "a", "type": "tablet", "bus": "usb"},
    "videos": {"name": "a", "model": "qxl"},
    "sounds": {"name": "a", "model": "ich6"},
    "audios": {"id": 1},
    "shmems": {"name": "a", "shmem": "a"},
    "hostdevs": {"name": "a", **HOSTDEVS["pci"]},
    "leases": {"key": "a", "lockspace": "a", "path": "/srv/a"},
}
_OF_SOURCES: dict[str, dict[str, Any]] = {
    "file": {"path": "/srv/a"},
    "block": {"path": "/dev/sdx"},
    "volume": {"type": "volume", "pool": "default", "volume": "base.qcow2"},
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
    **{("graphics", option): {"type": kinds[0]} for option, kinds in GRAPHICS_OPTIONS.items()},
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
        (name, option): _OF_SOURCES[kinds[0]]
        for name in ("disks", "cdroms", "floppies")
        for option, kinds in SOURCE_OPTIONS.items()
    },
    ("disks", "reservations"): {"path": "/dev/sdx"},
    ("filesystems", "socket"): {"driver": "virtiofs"},
    ("filesystems", "template"): {},
    ("filesystems", "size"): {},
    ("filesystems", "queue"): {"path": "/srv/a", "driver": "virtiofs"},
    ("filesystems", "binary"): {"path": "/srv/a", "driver": "virtiofs"},
    ("filesystems", "boot_loadparm"): {"path": "/srv/a", "boot_order": 1},
    ("disks", "boot_loadparm"): {"path": "/srv/a", "boot_order": 1},
    ("cdroms", "volume"): {"volume": "base.qcow2"},
    ("floppies", "volume"): {"volume": "base.qcow2"},
    ("cdroms", "pool"): {"volume": "base.qcow2"},
    ("floppies", "pool"): {"volume": "base.qcow2"},
    ("redirdevs", "boot_loadparm"): {"boot_order": 1},
    ("inputs", "path"): {"type": "evdev"},
    **{
        ("hostdevs", one.name): HOSTDEVS[next(iter(one.at))]
        for one in HOSTDEV.fields
        if isinstance(one.at, Mapping) and next(iter(one.at)) in HOSTDEVS
    },
    **{("hostdevs", option): _ISCSI for option in ("iqn", "hosts", "auth", "initiator")},
    ("hostdevs", "boot_loadparm"): {**HOSTDEVS["pci"], "boot_order": 1},
    ("controllers", "pcihole64"): {"type": "pci", "model": "pcie-root", "index": 0},
}
# The same of what a vm has one of.
_SEV = ("kernel_hashes", "cbitpos", "reduced_phys_bits", "policy", "dh_cert", "session")
_BESIDE: dict[tuple[str, ...], dict[str, Any]] = {
    ("features", "apic_eoi"): {"apic": True},
    ("clock", "basis"): {"offset": "variable"},
    ("clock", "timezone"): {"offset": "timezone"},
    ("clock", "start"): {"offset": "absolute"},
    ("tpm", "device"): {"type": "passthrough"},
    ("tpm", "source"): {"type": "external"},
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


def check(plan: Plan) -> None:
    for action in plan.actions:
        if isinstance(action, Define):
            assert complaints(action.kind, action.xml) == [], action.xml
        elif isinstance(action, CreateVolume):
            assert complaints("volume", action.xml) == [], action.xml


def attempt(kind: str, **options: Any) -> Plan | None:
    """The plan of a new thing, or None where it is refused."""
    resource = RESOURCES[kind].resource
    wish = {"name": "new", **RESOURCES[kind].options, **options}
    if refusals(resource.schema, wish):
        return None
    try:
        return make_plan(resource, play.wish(resource, **wish), FakeObserver(play.node()))
    except VmrtError:
        return None


@pytest.mark.parametrize("path", list(_options()), ids=".".join)
@given(data=st.data())
@settings(max_examples=8)
def test_each_option_of_a_vm(path: tuple[str, ...], data: Any):
    """Whatever an option accepts, libvirt accepts."""
    outer = VM[path[0]]
    if len(path) == 1:
        wish = {path[0]: data.draw(value(outer))}
    else:
        drawn = {**_BESIDE.get(path, {}), path[1]: data.draw(value(outer.schema[path[1]]))}
        item = {**_ITEMS.get(path[0], {"name": "a"}), **drawn}
        if path in _FITTING:
            item = {**_FITTING[path[0], path[1]], **drawn}
            if "name" in outer.schema:
                item.setdefault("name", "a")
        wish = {path[0]: [item] if outer.many else drawn}
        if path == ("cpu", "model"):
            wish["cpu"]["mode"] = "custom"
        if path == ("controllers", "type") and drawn["type"] == "pci":
            item["model"] = "pcie-root-port"
    plan = attempt("vm", **wish)
    if plan:
        check(plan)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_golden_cases(path: Path):
    """What options make together is allowed as well."""
    for step, xml in outcome(load(path)).get("xml", {}).items():
        if step.startswith("define"):
            for part in in_parts(xml):
                assert complaints("vm", part) == []


@given(TASK, TASK)
@settings(max_examples=40)
def test_vms(first: dict[str, Any], second: dict[str, Any]):
    """Also what becomes of a definition that is changed, and of devices that are plugged."""
    made = play.node()
    for task in (first, second):
        try:
            plan = play.plan(made, **task)
        except VmrtError:
            continue
        check(plan)
        for action in plan.actions:
            if isinstance(action, (Attach, Update)):
                assert complaints("vm", _around(play.config(made), action)) == []
        apply(plan, FakeHost(made))


def _around(config: tree.Element, action: Action) -> str:
    """A definition with no device but the one of an action."""
    root = tree.copy(config)
    root.find("devices")[:] = [tree.parse(action.xml)]
    return tree.render(root)


@pytest.mark.parametrize("kind", sorted(set(RESOURCES) - {"vm"}))
@given(data=st.data())
@settings(max_examples=25)
def test_other_things(kind: str, data: Any):
    plan = attempt(kind, **data.draw(values(RESOURCES[kind].resource.schema)))
    if plan:
        check(plan)


@pytest.mark.parametrize("kind", sorted(RESOURCES))
def test_things_are_made_at_all(kind: str):
    """The fewest options are not refused, so that the tests above check something."""
    plan = attempt(kind)
    assert plan is not None
    assert plan.actions
    check(plan)


def test_the_grammar_is_asked():
    assert complaints("vm", "<domain type='kvm'><name>a</name><oddity/></domain>")
