# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for any tasks, one after the other, on a node in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from unittest import mock

from hypothesis import event, given, settings
from hypothesis import strategies as st

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_host import FakeHost
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import (
    FakeNode,
    Volume,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.apply import apply
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import make_plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm import plan as engine_plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.resource import VM_RESOURCE
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import GIB
from tests.unit.support import play
from tests.unit.support.tasks import TASK

tasks = st.lists(TASK, min_size=1, max_size=3)


def node() -> FakeNode:
    made = play.node()
    made.volumes["default", "kept.qcow2"] = Volume(f"{play.FOLDER}/kept.qcow2", 5 * GIB)
    return made


def planned(made: FakeNode, task: Mapping[str, Any]) -> Plan | None:
    """The plan of a task, or None where it is refused; either way nothing changes."""
    before = made.picture()
    try:
        found = play.plan(made, **task)
    except VmrtError as error:
        event("refused")
        found, option = None, error.option
        if not option:
            raise
    assert made.picture() == before
    return found


def run(made: FakeNode, task: Mapping[str, Any]) -> Plan | None:
    """Run a task as check mode and as a real run, which do the same."""
    foreseen = planned(made, task)
    if foreseen is None:
        return None
    host = FakeHost(made)
    real = make_plan(VM_RESOURCE, play.wish(**task), host)
    assert real == foreseen
    apply(real, host)
    event("applied")
    return real


@given(tasks)
@settings(max_examples=120)
def test_the_second_run_does_nothing(wishes: list[dict[str, Any]]):
    made = node()
    for task in wishes:
        if run(made, task) is None:
            continue
        again = planned(made, task)
        assert again is not None, "what was done once is not refused afterwards"
        assert not again.actions, [str(change.path) for change in again.changes]


@given(tasks)
@settings(max_examples=80)
def test_what_is_not_written_would_change_nothing(wishes: list[dict[str, Any]]):
    """A plan that takes a definition for settled is the one that writes it and compares."""
    made = node()
    for task in wishes:
        if run(made, task) is None:
            continue
        short = planned(made, task)
        with mock.patch.object(engine_plan, "is_settled", return_value=False):
            assert planned(made, task) == short


@given(tasks)
@settings(max_examples=50)
def test_what_is_known_by_others_stays(wishes: list[dict[str, Any]]):
    """Identity and everything that we do not know outlive any change."""
    made = node()
    play.converge(made, disks=[play.disk()], nics=[play.nic()])
    _decorate(play.config(made))
    kept = _identity(play.config(made))
    for task in wishes:
        if task.get("state") == "absent":
            continue
        gone = {(kind, device) for kind in ("disks", "nics") for device in _gone(made, kind, task)}
        if run(made, task) is None:
            continue
        now = _identity(play.config(made))
        kept = {key: text for key, text in kept.items() if key[:2] not in gone}
        changed = {key for key, text in kept.items() if now.get(key) != text}
        moved = {("nics", nic["name"], "mac") for nic in task.get("nics", ()) if "mac" in nic}
        assert changed <= moved
        kept = {key: now[key] for key in kept}


def _gone(made: FakeNode, kind: str, task: Mapping[str, Any]) -> set[str]:
    """Names of devices that a task takes away."""
    listed = {item["name"]: item.get("state") for item in task.get(kind, ())}
    gone = {name for name, state in listed.items() if state == "absent"}
    if kind in task.get("remove_unmanaged", ()):
        gone |= {"root", "lan"} - set(listed)
    return gone


_FOREIGN = (
    '<x:note xmlns:x="urn:example:1" level="3"><x:deep>text</x:deep></x:note>',
    "<unknown attribute='a'><child/>text</unknown>",
)


def _decorate(root: tree.Element) -> None:
    """Put what we do not know into a definition, in many places."""
    for foreign in _FOREIGN:
        root.find("metadata").append(tree.parse(foreign))
        root.append(tree.parse(foreign))
        for device in root.find("devices"):
            if device.tag != "emulator":
                device.append(tree.parse(foreign))
    for path in ("memory", "vcpu", "os/type", "features/acpi", "devices/disk", "devices/interface"):
        root.find(path).set("unknown", "kept")
    root.find("devices").append(tree.parse("<gadget model='x'/>"))


def _identity(root: tree.Element) -> dict[tuple[str, ...], str]:
    """What of a definition has to stay, each under the device that it belongs to."""
    found = {("vm", "", "uuid"): root.findtext("uuid")}
    for number, foreign in enumerate([*root.iterfind("unknown"), *root.iterfind("{*}note")]):
        found["vm", "", f"foreign{number}"] = tree.render(foreign)
    for path in ("memory", "vcpu", "os/type"):
        found["vm", "", path] = root.find(path).get("unknown")
    found["vm", "", "gadget"] = tree.render(root.find("devices/gadget"))
    found["vm", "", "note"] = tree.render(root.find("metadata/{urn:example:1}note"))
    for kind, tag in (("disks", "disk"), ("nics", "interface")):
        for device in root.iterfind(f"devices/{tag}"):
            alias = device.find("alias").get("name")
            if device.get("unknown") is None:
                continue
            name = alias[len("ua-vmrt-") :]
            found[kind, name, "alias"] = alias
            found[kind, name, "unknown"] = device.get("unknown")
            found[kind, name, "foreign"] = tree.render(device.find("unknown"))
            found[kind, name, "address"] = tree.render(device.find("address"))
            if tag == "interface":
                found[kind, name, "mac"] = device.find("mac").get("address")
    return found


@given(tasks)
@settings(max_examples=50)
def test_data_is_safe(wishes: list[dict[str, Any]]):
    """Nothing shrinks; only volumes that the vm's declaration made are deleted, when asked for."""
    made = node()
    foreign = set(made.volumes)
    for task in wishes:
        before = {key: volume.capacity for key, volume in made.volumes.items()}
        if run(made, task) is None:
            continue
        for key, capacity in before.items():
            seed = key[1].endswith("-seed.iso")
            if key not in made.volumes:
                assert key not in foreign
                assert seed or task.get("delete_disks") == "owned"
            else:
                assert seed or made.volumes[key].capacity >= capacity


@given(tasks)
@settings(max_examples=40)
def test_a_vm_is_undefined_before_its_volumes_go(wishes: list[dict[str, Any]]):
    made = node()
    for task in wishes:
        run(made, task)
    end = run(made, {"state": "absent", "delete_disks": "owned"})
    assert end is not None
    verbs = play.verbs(end)
    assert "delete_volume" not in verbs or verbs.index("undefine") < verbs.index("delete_volume")
    assert made.vms == {}
    assert set(made.volumes) >= {("default", "base.qcow2"), ("default", "kept.qcow2")}
