# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Vms that are made of others, in memory: what a copy holds, and what it has of its own."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_host import FakeHost
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import FakeNode, Volume
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import WriteVolume
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.apply import StepFailed, apply
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.clone.plan import CLONE_RESOURCE
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.seed_iso import read_iso
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from tests.unit.support import play
from tests.unit.support.tried import Tried

DISKS = [play.disk(image="base.qcow2"), play.disk("data", size="1GiB", format="raw")]
BASE = f"{play.FOLDER}/base.qcow2"


def vm(**options: Any) -> FakeNode:
    made = play.node()
    play.converge(made, **{"state": "running", "disks": DISKS, "nics": [play.nic()], **options})
    made.volumes["default", "base.qcow2"].written = {"image": "image"}
    disk(made).written = {"root": "root"}
    disk(made, "web1-data.img").written = {"data": "data"}
    return made


def disk(made: FakeNode, name: str = "web1-root.qcow2") -> Volume:
    return made.volumes["default", name]


_TRIED = Tried(CLONE_RESOURCE, name="web2", source="web1")
foresee, clone, refusal = _TRIED.foresee, _TRIED.do, _TRIED.refusal


@pytest.mark.parametrize("state", ["stopped", "paused", "running"])
def test_a_copy_holds_what_the_source_held(state: str):
    made = vm(state=state)
    config, live = play.config(made), play.live(made)
    planned = clone(made, start=True)
    assert play.verbs(planned) == ["copy_disks", "define_with_volumes", "start"]
    root, data = disk(made, "web2-root.qcow2"), disk(made, "web2-data.img")
    assert (root.written, root.backing) == ({"image": "image", "root": "root"}, None)
    assert (data.written, data.format) == ({"data": "data"}, "raw")
    disk(made).written = {}
    assert root.written == {"image": "image", "root": "root"}
    assert play.config(made) is config
    assert play.live(made) is live
    assert any("without a seed" in one for one in planned.warnings)
    told = CLONE_RESOURCE.report(
        FakeObserver(made), play.wish(CLONE_RESOURCE, name="web2", source="web1")
    )
    assert (told["phase"], told["source"]) == ("Running", "web1")
    assert [one["volume"] for one in told["disks"]] == [
        "default/web2-root.qcow2",
        "default/web2-data.img",
    ]


def test_nothing_is_there_twice():
    made = vm(
        graphics=[{"type": "vnc", "port": 5907}],
        vsock={"cid": 7},
        smbios={"system": {"serial": "0815", "family": "servers"}},
        protect=True,
        labels={"role": "web"},
    )
    planned = clone(made)
    one, two = play.config(made), play.config(made, "web2")
    for place in ("uuid", "devices/interface/mac/@address"):
        assert tree.find(one, place).text != tree.find(two, place).text
    assert two.find("devices/graphics").get("autoport") == "yes"
    assert "5907" not in two.find("devices/graphics").attrib.values()
    assert two.find("devices/vsock/cid").get("address") is None
    assert [entry.get("name") for entry in two.findall("sysinfo/system/entry")] == ["family"]
    mark = tree.find(two, "metadata/vmrt:vm").element
    assert mark.get("protect") is None
    assert tree.find(two, "metadata/vmrt:vm/vmrt:labels").element is not None
    assert any("console vnc" in told for told in planned.warnings)
    # What it owns is its own.
    play.converge(made, name="web2", state="absent", delete_disks="owned")
    assert not [name for _pool, name in made.volumes if name.startswith("web2")]
    assert disk(made).written == {"root": "root"}


def test_a_linked_copy_rests_on_the_image_and_never_on_a_disk():
    made = vm(state="stopped")
    planned = clone(made, linked=True)
    root = disk(made, "web2-root.qcow2")
    assert (root.written, root.backing) == ({"root": "root"}, BASE)
    assert disk(made, "web2-data.img").backing is None
    assert any("the disk data rests on no image" in one for one in planned.warnings)
    play.converge(made, state="running")
    clone(made, name="web3", linked=True)
    assert disk(made, "web3-root.qcow2").backing == BASE
    plain = vm_of([play.disk()], "stopped")
    error = refusal(plain, linked=True)
    assert (error.option, "rests on an image" in error.message) == ("linked", True)


def test_an_image_that_is_written_to_is_none():
    made = vm(state="stopped")
    play.converge(
        made, name="builder", state="stopped", disks=[{"name": "root", "volume": "base.qcow2"}]
    )
    assert refusal(made, linked=True).option == "linked"


def test_the_seed_makes_a_guest_of_its_own():
    made = vm(cloud_init={"hostname": "web1"})
    assert refusal(made).option == "cloud_init"
    planned = clone(made, cloud_init={"hostname": "web2"})
    assert play.verbs(planned) == ["copy_disks", "write_volume", "define_with_volumes"]
    seed = read_iso(play.only(planned, WriteVolume).content)
    assert "iid-web2" in seed.meta_data
    assert "systemd-machine-id-setup" in (seed.vendor_data or "")
    drives = [one.get("file") for one in play.config(made, "web2").iterfind("devices/disk/source")]
    assert f"{play.FOLDER}/web2-seed.iso" in drives
    assert f"{play.FOLDER}/web1-seed.iso" not in drives
    # The module vm has nothing to add to it.
    again = play.plan(made, name="web2", cloud_init={"hostname": "web2"})
    assert again.actions == ()


def test_a_source_without_a_drive_for_a_seed_gets_one():
    made = vm()
    clone(made, cloud_init={"hostname": "web2"})
    targets = [one.get("dev") for one in play.config(made, "web2").iterfind("devices/disk/target")]
    assert len(targets) == len(set(targets)) == 3
    assert play.plan(made, name="web2", cloud_init={"hostname": "web2"}).actions == ()


def test_what_can_not_be_copied_is_said_before_anything_is_done():
    made = vm()
    assert "there is no vm 'x'" in refusal(made, source="x").message
    assert refusal(made, name="web1").option == "name"
    assert refusal(made, exclude=["x"]).option == "exclude"
    assert refusal(made, pool="x").option == "pool"
    assert refusal(vm(state="paused"), quiesce=True).option == "quiesce"
    source = play.config(made).find("devices/disk/source")
    source.set("file", "/elsewhere/root.qcow2")
    assert "changes with the next restart" in refusal(made).message
    made = vm(hostdevs=[{"name": "gpu", "type": "pci", "address": "0000:01:00.0"}], state="stopped")
    assert "a device of the node" in refusal(made).message
    made = vm(state="stopped")
    made.vms["web1"].saved = True
    assert "its memory" in refusal(made).message or "memory of" in refusal(made).message


def test_a_pool_that_is_too_small_is_said():
    made = vm()
    disk(made).allocation = disk(made).capacity = 2**60
    assert "left, and the disks take" in refusal(made).message


def test_a_disk_is_left_out():
    made = vm()
    planned = clone(made, exclude=["root"])
    assert play.verbs(planned) == ["copy_disks", "define_with_volumes"]
    targets = [one.get("dev") for one in play.config(made, "web2").iterfind("devices/disk/target")]
    assert targets == ["vdb"]


def test_what_fails_leaves_nothing_and_the_next_run_converges():
    made = vm()
    before = made.picture()
    made.full = True
    with pytest.raises(StepFailed) as caught:
        apply(foresee(made), FakeHost(made))
    assert caught.value.done == ()
    made.full = False
    assert made.picture() == before
    clone(made)


def test_a_name_that_a_volume_has_is_left_to_it():
    made = vm()
    path = f"{play.FOLDER}/web2-root.qcow2"
    made.volumes["default", "web2-root.qcow2"] = Volume(path, 1, written={"mine": "mine"})
    clone(made)
    assert disk(made, "web2-root.qcow2").written == {"mine": "mine"}
    assert disk(made, "web2-root.1.qcow2").written == {"image": "image", "root": "root"}


@settings(max_examples=30, deadline=None)
@given(
    state=st.sampled_from(["stopped", "paused", "running"]),
    disks=st.lists(st.sampled_from(["qcow2", "raw", "image"]), min_size=1, max_size=3),
    linked=st.booleans(),
    writes=st.lists(st.integers(0, 2), max_size=4),
)
def test_whatever_the_source_is_the_copy_reads_the_same(
    state: str, disks: list[str], linked: bool, writes: list[int]
):
    kinds = {"image": {"image": "base.qcow2"}, "raw": {"format": "raw"}, "qcow2": {}}
    names = [f"d{number}" for number in range(len(disks))]
    wanted = [play.disk(name, **kinds[kind]) for name, kind in zip(names, disks)]
    made = vm_of(wanted, state)
    for number in writes:
        if number < len(disks):
            at(made, "web1", names[number], disks[number]).written[f"w{number}"] = "w"
    host = FakeHost(made)
    if linked and "image" not in disks:
        assert refusal(made, linked=True).option == "linked"
        return
    planned = foresee(made, linked=linked)
    apply(planned, host)
    for name, kind in zip(names, disks):
        one, two = (at(made, owner, name, kind) for owner in ("web1", "web2"))
        assert host._held(one) == host._held(two)
        assert two.backing in (None, BASE)
        assert two.backing is None or linked
    assert foresee(made, linked=linked).actions == ()


def vm_of(disks: list[dict[str, Any]], state: str) -> FakeNode:
    made = play.node()
    made.volumes["default", "base.qcow2"].written = {"image": "image"}
    play.converge(made, state=state, disks=disks)
    return made


def at(made: FakeNode, owner: str, name: str, kind: str) -> Volume:
    return disk(made, f"{owner}-{name}.{'img' if kind == 'raw' else 'qcow2'}")
