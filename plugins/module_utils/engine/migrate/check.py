# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What keeps a vm where it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, Observer
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.power import RUNNING
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

Given = Mapping[str, Any]
# What a definition says of devices that are bound to their node.
_BOUND = (
    ("devices/hostdev", "a device of its node"),
    ("devices/interface[@type='hostdev']", "an interface that is a device of its node"),
    ("devices/disk/source[@type='pci']", "a disk that is a device of its node"),
    ("devices/tpm/backend[@type='passthrough']", "the TPM of its node"),
)
_BOUND_WHILE_RUNNING = (
    ("devices/filesystem", "a file system of its node"),
    ("devices/disk/transient", "a disk whose changes are thrown away"),
)


def complaints(given: Given, seen: Seen, here: Observer, there: Observer) -> Iterator[VmrtError]:
    """All that is against a move, but what is against that of its disks."""
    root = tree.parse(seen.live_xml or seen.xml)
    yield from _state(seen)
    yield from _ways(given, seen)
    yield from _left_behind(seen, root, here)
    yield from _devices(seen, root)
    yield from _destination(seen, root, there)


def _state(seen: Seen) -> Iterator[VmrtError]:
    if seen.state not in (*RUNNING, "paused", "shutoff"):
        yield VmrtError(
            f"the vm '{seen.name}' is {seen.state}, and only one that runs, is paused or is off "
            "can move",
            option="name",
        )


def _ways(given: Given, seen: Seen) -> Iterator[VmrtError]:
    if given.get("live") and not seen.active:
        yield VmrtError(
            f"the vm '{seen.name}' is off", option="live", hint="Leave it out, or start the vm."
        )
    if given["tunnelled"]:
        against = [one for one in ("migrate_uri", "listen_address") if one in given]
        against += ["post_copy"] if given["post_copy"] else []
        against += [] if given["peer2peer"] else ["peer2peer"]
        for option in against:
            yield VmrtError("does not go together with tunnelled", option=option)
    if given["post_copy"] and seen.active:
        if given.get("live") is False:
            yield VmrtError("is only of a live move", option="post_copy")
        if seen.state == "paused":
            yield VmrtError(f"the vm '{seen.name}' is paused", option="post_copy")


def _left_behind(seen: Seen, root: tree.Element, here: Observer) -> Iterator[VmrtError]:
    """State that libvirt does not take along."""
    for count, what in ((seen.snapshots, "snapshots"), (seen.checkpoints, "checkpoints")):
        if count:
            yield VmrtError(
                f"the vm '{seen.name}' has {count} {what}, which do not move",
                option="name",
                hint="Remove them first.",
            )
    if seen.active:
        return
    if seen.saved:
        yield VmrtError(
            f"memory of the vm '{seen.name}' is kept on this node for its next start",
            option="name",
            hint="Start the vm, and move it while it runs; or throw the memory away with "
            "operation=remove_save of vmrt.libvirt.vm_power.",
        )
    nvram = root.findtext("os/nvram")
    kept = {
        "variables of its firmware": bool(nvram and here.has(nvram)),
        "the state of its TPM": root.find("devices/tpm/backend[@type='emulator']") is not None,
    }
    for what, there_is in kept.items():
        if there_is:
            yield VmrtError(
                f"the vm '{seen.name}' has {what}, which only move while it runs",
                option="name",
                hint="Start it first.",
            )


def _devices(seen: Seen, root: tree.Element) -> Iterator[VmrtError]:
    places = (*_BOUND, *(_BOUND_WHILE_RUNNING if seen.active else ()))
    for place, what in places:
        if root.find(place) is not None:
            hint = "Take it away first." + (
                " Or stop the vm." if (place, what) in _BOUND_WHILE_RUNNING else ""
            )
            yield VmrtError(f"the vm '{seen.name}' has {what}", option="name", hint=hint)


def _destination(seen: Seen, root: tree.Element, there: Observer) -> Iterator[VmrtError]:
    """Can the destination run such a machine?"""
    facts = NodeFacts(there)
    networks = {spot.get("network") for spot in root.iterfind("devices/interface/source")}
    for name in sorted(networks - {None}):
        active = facts.network_active(name)
        if active is None or (seen.active and not active):
            yield VmrtError(
                f"the destination has no {'active ' if seen.active else ''}network '{name}'",
                option="destination",
                hint="Make it there with vmrt.libvirt.network.",
            )
    kind, what = root.get("type"), root.find("os/type")
    arch, machine = what.get("arch"), what.get("machine")
    if not any(
        arch == guest["arch"] and kind in guest["hypervisors"] and machine in guest["machines"]
        for guest in facts.node["guests"]
    ):
        yield VmrtError(
            f"the destination does not run {kind} machines of the type {machine} for {arch}",
            option="destination",
        )
    cpu = root.find("cpu")
    named = seen.active and cpu is not None and cpu.get("mode") == "custom"
    if named and there.runs_cpu(kind, arch, machine, tree.render(cpu)) is False:
        yield VmrtError(
            f"the destination has not all that the CPU of '{seen.name}' "
            f"({cpu.findtext('model')}) has",
            option="destination",
            hint="Give the vm a CPU model that both nodes have, and restart it.",
        )
