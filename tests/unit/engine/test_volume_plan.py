# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes: made, grown, never shrunk, and removed when nothing needs them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import FakeNode, Volume
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import Foreseen, PoolSeen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.pool.resource import POOL_RESOURCE
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume import report
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.plan import (
    VOLUME_RESOURCE,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.arrival import Arrival
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import GIB
from tests.unit.support import converge, play


def volume(made: FakeNode, name: str = "data.qcow2", pool: str = "default") -> Volume:
    return made.volumes[pool, name]


def in_use(state: str = "running", **disk: Any) -> FakeNode:
    """A node with the vm web1 that has data.qcow2 of 5 GiB."""
    made = play.node()
    play.converge(
        made, state=state, disks=[play.disk("data", volume="data.qcow2", size="5GiB", **disk)]
    )
    return made


def test_an_empty_volume() -> None:
    made = play.node()
    plan = converge.run(made, VOLUME_RESOURCE, name="data.qcow2", size="5GiB")
    assert converge.steps(plan) == [f"create volume default data.qcow2 {5 * GIB}"]
    assert plan.before == {"state": "absent"}
    assert plan.after["size"] == "5GiB"
    assert plan.filled == {"format": "qcow2"}
    made_of = volume(made)
    assert (made_of.capacity, made_of.format, made_of.backing) == (5 * GIB, "qcow2", None)


def test_a_raw_volume() -> None:
    made = play.node()
    converge.run(made, VOLUME_RESOURCE, name="data.img", size="1GiB", format="raw")
    assert volume(made, "data.img").format == "raw"


def test_an_overlay_is_as_large_as_its_image_or_larger() -> None:
    made = play.node()
    same = converge.run(made, VOLUME_RESOURCE, name="a.qcow2", image="base.qcow2")
    assert same.filled == {"format": "qcow2"}
    converge.run(made, VOLUME_RESOURCE, name="b.qcow2", image="base.qcow2", size="3GiB")
    assert volume(made, "a.qcow2").capacity == play.IMAGE_SIZE
    assert volume(made, "b.qcow2").capacity == 3 * GIB
    seen = converge.report(made, VOLUME_RESOURCE, name="b.qcow2")
    assert (seen["image"], seen["image_pool"]) == ("base.qcow2", "default")


def test_an_image_may_be_in_another_pool() -> None:
    made = play.node()
    converge.run(made, POOL_RESOURCE, name="fast", state="active")
    wish = {"name": "a.qcow2", "pool": "fast", "image": "base.qcow2"}
    error = converge.refused(made, VOLUME_RESOURCE, **wish)
    assert error.option == "image"
    assert "in the pool 'fast'" in str(error)
    converge.run(made, VOLUME_RESOURCE, **wish, image_pool="default")
    assert volume(made, "a.qcow2", "fast").backing == f"{play.FOLDER}/base.qcow2"


def test_what_an_overlay_can_not_be() -> None:
    made = play.node()
    overlay = {"name": "a.qcow2", "image": "base.qcow2"}
    assert converge.refused(made, VOLUME_RESOURCE, **overlay, size="1GiB").option == "size"
    assert converge.refused(made, VOLUME_RESOURCE, **overlay, format="raw").option == "format"
    assert converge.refused(made, VOLUME_RESOURCE, name="a.qcow2").option == "size"


def test_a_volume_keeps_the_image_that_it_was_made_from() -> None:
    made = play.node()
    converge.run(made, VOLUME_RESOURCE, name="a.qcow2", image="base.qcow2")
    plan = converge.check(made, VOLUME_RESOURCE, name="a.qcow2", image="newer.qcow2")
    assert plan.actions == ()


def test_a_volume_grows() -> None:
    made = play.node()
    converge.run(made, VOLUME_RESOURCE, name="data.qcow2", size="5GiB")
    plan = converge.run(made, VOLUME_RESOURCE, name="data.qcow2", size="6GiB")
    assert converge.steps(plan) == [f"resize volume default data.qcow2 {6 * GIB}"]
    assert (plan.before, plan.after) == ({"size": "5GiB"}, {"size": "6GiB"})


def test_a_volume_grows_under_the_running_vm_that_uses_it() -> None:
    made = in_use()
    plan = converge.run(made, VOLUME_RESOURCE, name="data.qcow2", size="6GiB")
    assert converge.steps(plan) == [f"block resize web1 vda {6 * GIB}"]
    assert volume(made).capacity == 6 * GIB


def test_a_volume_of_a_vm_that_is_off_grows_by_itself() -> None:
    plan = converge.run(in_use("present"), VOLUME_RESOURCE, name="data.qcow2", size="6GiB")
    assert [action.verb for action in plan.actions] == ["resize_volume"]


def test_nothing_shrinks() -> None:
    made = in_use()
    error = converge.refused(made, VOLUME_RESOURCE, name="data.qcow2", size="4GiB", format="raw")
    assert error.option == "format, size"
    assert "not shrunk to 4GiB" in str(error)


def test_a_decimal_unit_is_refused() -> None:
    error = converge.refused(play.node(), VOLUME_RESOURCE, name="data.qcow2", size="4GB")
    assert error.option == "size"
    assert "write 4GiB" in str(error)


def test_the_pool_has_to_be_there_and_active() -> None:
    made = play.node()
    missing = converge.refused(made, VOLUME_RESOURCE, name="a", pool="fast", size="1GiB")
    assert missing.option == "pool"
    assert "The node has: default." in str(missing)
    converge.run(made, POOL_RESOURCE, name="fast")
    for state in ("present", "absent"):
        wish = {"name": "a", "pool": "fast", "size": "1GiB", "state": state}
        inactive = converge.refused(made, VOLUME_RESOURCE, **wish)
        assert inactive.option == "pool"
        assert "not active" in str(inactive)


def test_pools_and_images_of_earlier_tasks_are_foreseen() -> None:
    fast = PoolSeen("fast", True, "dir", "/srv/fast")
    foreseen = Foreseen(pools={"fast": fast}, volumes={("fast", "debian.qcow2"): None})
    plan = converge.check(
        play.node(),
        VOLUME_RESOURCE,
        foreseen,
        name="a.qcow2",
        pool="fast",
        image="debian.qcow2",
        size="1GiB",
    )
    assert [action.verb for action in plan.actions] == ["create_volume"]


def test_the_layout_of_a_new_file() -> None:
    made = play.node()
    wish = {"name": "a.qcow2", "size": "1GiB"}
    converge.run(made, VOLUME_RESOURCE, **wish, cluster_size="128KiB", preallocation="metadata")
    assert (volume(made, "a.qcow2").compat, volume(made, "a.qcow2").cluster_size) == ("1.1", 131072)
    assert converge.refused(made, VOLUME_RESOURCE, **wish, compat="0.10").option == "compat"
    raw = {"name": "b.img", "size": "1GiB", "format": "raw"}
    for option in ({"compat": "1.1"}, {"cluster_size": "64KiB"}, {"preallocation": "metadata"}):
        assert converge.refused(made, VOLUME_RESOURCE, **raw, **option).option == next(iter(option))
    odd = converge.refused(made, VOLUME_RESOURCE, name="c", size="1GiB", cluster_size="3KiB")
    assert odd.option == "cluster_size"
    overlay = {"name": "c", "image": "base.qcow2"}
    ahead = converge.refused(made, VOLUME_RESOURCE, **overlay, preallocation="falloc")
    assert ahead.option == "preallocation"
    assert (
        converge.refused(made, VOLUME_RESOURCE, **overlay, compressed=True).option == "compressed"
    )


def test_a_full_copy_of_an_image() -> None:
    made = play.node()
    volume(made, "base.qcow2").written["0"] = "image"
    wish = {"name": "a.qcow2", "image": "base.qcow2", "flat": True, "size": "3GiB"}
    plan = converge.run(made, VOLUME_RESOURCE, **wish, compressed=True)
    assert converge.steps(plan) == [f"clone volume default a.qcow2 default/base.qcow2 {3 * GIB}"]
    copy = volume(made, "a.qcow2")
    assert (copy.backing, copy.capacity, copy.written) == (None, 3 * GIB, {"0": "image"})
    small = converge.refused(made, VOLUME_RESOURCE, **{**wish, "name": "b", "size": "1GiB"})
    assert small.option == "size"


def test_a_copy_of_an_overlay_rests_on_the_same_image() -> None:
    made = play.node()
    volume(made, "base.qcow2").written["0"] = "image"
    converge.run(made, VOLUME_RESOURCE, name="a.qcow2", image="base.qcow2")
    volume(made, "a.qcow2").written["1"] = "own"
    plan = converge.run(made, VOLUME_RESOURCE, name="b.qcow2", clone_from="a.qcow2")
    assert plan.filled == {"format": "qcow2"}
    assert volume(made, "b.qcow2").backing == volume(made, "base.qcow2").path
    assert volume(made, "b.qcow2").written == {"1": "own"}
    converge.run(made, VOLUME_RESOURCE, name="c.qcow2", clone_from="a.qcow2", flat=True)
    assert volume(made, "c.qcow2").written == {"0": "image", "1": "own"}
    raw = {"name": "d.img", "clone_from": "a.qcow2", "format": "raw"}
    assert converge.refused(made, VOLUME_RESOURCE, **raw).option == "format"
    converge.run(made, VOLUME_RESOURCE, **raw, flat=True)


def test_a_copy_of_an_internal_snapshot() -> None:
    made = play.node()
    converge.run(made, VOLUME_RESOURCE, name="a.qcow2", size="1GiB")
    volume(made, "a.qcow2").inside["then"] = {"0": "old"}
    converge.run(made, VOLUME_RESOURCE, name="b.qcow2", clone_from="a.qcow2", clone_snapshot="then")
    assert volume(made, "b.qcow2").written == {"0": "old"}


def test_what_is_written_to_is_not_copied() -> None:
    made = in_use()
    error = converge.refused(made, VOLUME_RESOURCE, name="b.qcow2", clone_from="data.qcow2")
    assert error.option == "clone_from"
    assert "the running vm 'web1'" in str(error)
    converge.run(in_use("present"), VOLUME_RESOURCE, name="b.qcow2", clone_from="data.qcow2")


def test_what_rests_on_a_file_of_no_pool_is_not_copied() -> None:
    made = play.node()
    converge.run(made, VOLUME_RESOURCE, name="a.qcow2", size="1GiB")
    volume(made, "a.qcow2").backing = "/etc/shadow"
    for wish in ({"name": "b", "clone_from": "a.qcow2"}, {"name": "a.qcow2", "flat": True}):
        error = converge.refused(made, VOLUME_RESOURCE, **wish)
        assert "/etc/shadow, which is no volume" in str(error)


def test_a_link_out_of_the_pool_is_no_volume() -> None:
    made = play.node()
    converge.run(made, VOLUME_RESOURCE, name="a.qcow2", size="1GiB")
    made.links[volume(made, "a.qcow2").path] = "/etc/shadow"
    for wish in (
        {"name": "a.qcow2", "size": "2GiB"},
        {"name": "a.qcow2", "state": "absent"},
        {"name": "b.qcow2", "clone_from": "a.qcow2"},
    ):
        assert "leads out of the pool" in str(converge.refused(made, VOLUME_RESOURCE, **wish))


def test_an_overlay_takes_in_what_it_rests_on() -> None:
    made = play.node()
    converge.run(made, VOLUME_RESOURCE, name="a.qcow2", image="base.qcow2")
    plan = converge.run(made, VOLUME_RESOURCE, name="a.qcow2", flat=True, size="5GiB")
    assert converge.steps(plan) == [
        "flatten volume default a.qcow2",
        f"resize volume default a.qcow2 {5 * GIB}",
    ]
    assert plan.after == {"size": "5GiB", "flat": True}
    assert volume(made, "a.qcow2").backing is None


def test_what_is_not_wanted_does_nothing() -> None:
    made = play.node()
    said = {"flat": False, "rebase": False, "compressed": False}
    plan = converge.run(made, VOLUME_RESOURCE, name="a.qcow2", image="base.qcow2", **said)
    assert [action.verb for action in plan.actions] == ["create_volume"]
    gone = {"name": "a.qcow2", "state": "absent", "wipe": False}
    plan = converge.run(made, VOLUME_RESOURCE, **gone)
    assert [action.verb for action in plan.actions] == ["delete_volume"]


def test_an_overlay_of_a_running_vm_takes_in_its_image() -> None:
    made = in_use(image="base.qcow2")
    plan = converge.run(made, VOLUME_RESOURCE, name="data.qcow2", flat=True)
    assert converge.steps(plan) == ["pull layers web1 vda"]
    converge.run(made, VOLUME_RESOURCE, name="base.qcow2", state="absent")


def two_pools(made: FakeNode) -> FakeNode:
    converge.run(made, POOL_RESOURCE, name="fast", state="active")
    return made


MOVE = {"name": "data.qcow2", "pool": "fast", "move_from": "default"}


def test_a_disk_moves_under_its_running_vm() -> None:
    made = two_pools(in_use(image="base.qcow2"))
    volume(made).written["0"] = "own"
    plan = converge.run(made, VOLUME_RESOURCE, **MOVE, size="6GiB")
    assert converge.steps(plan) == [
        "move volume fast data.qcow2 default web1 vda",
        "own volumes web1 ('fast/data.qcow2',)",
        f"block resize web1 vda {6 * GIB}",
    ]
    assert plan.before == {"pool": "default", "size": "5GiB"}
    assert ("default", "data.qcow2") not in made.volumes
    moved = volume(made, pool="fast")
    assert (moved.backing, moved.written) == (volume(made, "base.qcow2").path, {"0": "own"})
    assert converge.report(made, VOLUME_RESOURCE, **MOVE)["used_by"] == ["web1"]


def test_the_definition_of_a_vm_that_is_off_follows() -> None:
    made = two_pools(in_use("present", image="base.qcow2"))
    plan = converge.run(made, VOLUME_RESOURCE, **MOVE, flat=True)
    assert converge.steps(plan)[0] == "move volume fast data.qcow2 default web1"
    assert volume(made, pool="fast").backing is None
    assert converge.report(made, VOLUME_RESOURCE, **MOVE)["used_by"] == ["web1"]


def test_a_move_that_broke_off_goes_on() -> None:
    made = two_pools(in_use("present"))
    half = f"{folder(made, 'fast')}/data.qcow2"
    made.volumes["fast", "data.qcow2"] = Volume(half, 0)
    both = converge.refused(made, VOLUME_RESOURCE, **MOVE)
    assert both.option == "name"
    assert "both have a volume" in str(both)
    made.files[f"{folder(made, 'fast')}/.data.qcow2.moving.part"] = ""
    converge.run(made, VOLUME_RESOURCE, **MOVE)
    assert volume(made, pool="fast").capacity == 5 * GIB
    # The vm went over, and the old file was not deleted any more.
    made.volumes["default", "data.qcow2"] = Volume(f"{play.FOLDER}/data.qcow2", GIB)
    converge.run(made, VOLUME_RESOURCE, **MOVE)
    assert ("default", "data.qcow2") not in made.volumes
    assert volume(made, pool="fast").capacity == 5 * GIB


def test_what_is_not_moved() -> None:
    made = two_pools(in_use())
    none = converge.refused(made, VOLUME_RESOURCE, **{**MOVE, "name": "none"})
    assert none.option == "name"
    here = converge.refused(made, VOLUME_RESOURCE, **{**MOVE, "pool": "default"})
    assert here.option == "move_from"
    assert converge.refused(made, VOLUME_RESOURCE, **MOVE, size="1GiB").option == "size"
    converge.run(made, VOLUME_RESOURCE, name="above.qcow2", image="data.qcow2")
    resting = converge.refused(made, VOLUME_RESOURCE, **MOVE)
    assert "default/above.qcow2 rests on" in str(resting)


def test_a_disk_of_a_vm_whose_memory_is_saved_is_not_moved() -> None:
    made = two_pools(in_use("present"))
    made.vms["web1"].saved = True
    assert "is saved on the node" in str(converge.refused(made, VOLUME_RESOURCE, **MOVE))


def folder(made: FakeNode, pool: str) -> str:
    return str(made.pools[pool].config.findtext("target/path"))


def test_an_overlay_is_led_to_another_image() -> None:
    made = in_use("present", image="base.qcow2")
    converge.run(made, VOLUME_RESOURCE, name="new.qcow2", clone_from="base.qcow2")
    volume(made, "base.qcow2").written["0"] = "seen"
    wish = {"name": "data.qcow2", "image": "new.qcow2", "rebase": True}
    plan = converge.run(made, VOLUME_RESOURCE, **wish)
    assert converge.steps(plan) == ["rebase volume default data.qcow2 default/new.qcow2"]
    assert (plan.before, plan.after) == ({"image": "base.qcow2"}, {"image": "new.qcow2"})
    assert volume(made).written == {"0": "seen"}
    alone = converge.refused(made, VOLUME_RESOURCE, name="data.qcow2", rebase=True)
    assert alone.option == "rebase"
    flat = {"name": "new.qcow2", "image": "base.qcow2", "rebase": True}
    assert "is no overlay" in str(converge.refused(made, VOLUME_RESOURCE, **flat))
    up = in_use(image="base.qcow2")
    converge.run(up, VOLUME_RESOURCE, name="new.qcow2", clone_from="base.qcow2")
    assert "the running vm 'web1'" in str(converge.refused(up, VOLUME_RESOURCE, **wish))


COMMIT = {"name": "below.qcow2", "commit_from": "data.qcow2"}


def layered(state: str) -> FakeNode:
    """A vm whose disk data.qcow2 rests on below.qcow2."""
    made = play.node()
    converge.run(made, VOLUME_RESOURCE, name="below.qcow2", size="2GiB")
    data = play.disk("data", volume="data.qcow2", image="below.qcow2", size="5GiB")
    play.converge(made, state=state, disks=[data])
    volume(made, "below.qcow2").written |= {"0": "old", "1": "old"}
    volume(made).written["1"] = "new"
    return made


@pytest.mark.parametrize("state", ["running", "present"])
def test_an_overlay_goes_into_what_it_rests_on(state: str) -> None:
    made = layered(state)
    plan = converge.run(made, VOLUME_RESOURCE, **COMMIT, size="6GiB")
    paths = [f"{play.FOLDER}/{name}.qcow2" for name in ("below", "data")]
    grown = "block resize web1 vda" if state == "running" else "resize volume default below.qcow2"
    assert converge.steps(plan) == [
        f"merge layers web1 vda {paths[0]} {paths[1]}",
        "own volumes web1 ()",
        "delete volume default data.qcow2",
        f"{grown} {6 * GIB}",
    ]
    assert plan.before == {"commit_from": "data.qcow2", "size": "5GiB"}
    assert ("default", "data.qcow2") not in made.volumes
    below = volume(made, "below.qcow2")
    assert (below.written, below.capacity) == ({"0": "old", "1": "new"}, 6 * GIB)
    assert converge.report(made, VOLUME_RESOURCE, **COMMIT)["used_by"] == ["web1"]


def test_an_overlay_of_no_vm_goes_into_what_it_rests_on() -> None:
    made = layered("present")
    del made.vms["web1"]
    plan = converge.run(made, VOLUME_RESOURCE, **COMMIT)
    assert converge.steps(plan) == [
        "commit volume default below.qcow2 default/data.qcow2",
        "delete volume default data.qcow2",
    ]
    assert volume(made, "below.qcow2").capacity == 5 * GIB


def test_what_is_not_merged() -> None:
    made = layered("running")
    gone = {"name": "none.qcow2", "commit_from": "data.qcow2"}
    assert converge.refused(made, VOLUME_RESOURCE, **gone).option == "name"
    base = {"name": "base.qcow2", "commit_from": "data.qcow2"}
    assert "does not rest on" in str(converge.refused(made, VOLUME_RESOURCE, **base))
    assert converge.refused(made, VOLUME_RESOURCE, **COMMIT, size="4GiB").option == "size"
    made.vms["web1"].saved = True
    assert "is saved on the node" in str(converge.refused(made, VOLUME_RESOURCE, **COMMIT))
    made.vms["web1"].saved = False
    converge.run(made, VOLUME_RESOURCE, name="other.qcow2", image="below.qcow2")
    other = converge.refused(made, VOLUME_RESOURCE, **COMMIT)
    assert (other.option, "default/other.qcow2 rests on" in str(other)) == ("name", True)
    converge.run(made, VOLUME_RESOURCE, name="other.qcow2", state="absent")
    play.converge(
        made, name="web2", disks=[{"name": "data", "volume": "data.qcow2", "readonly": True}]
    )
    assert "more than once: web1, web2" in str(converge.refused(made, VOLUME_RESOURCE, **COMMIT))


def test_what_was_merged_before_is_not_written_over() -> None:
    made = layered("present")
    left = replace(volume(made), written={"1": "stale"})
    converge.run(made, VOLUME_RESOURCE, **COMMIT)
    made.volumes["default", "data.qcow2"] = left
    error = converge.refused(made, VOLUME_RESOURCE, **COMMIT)
    assert "goes on with 'below.qcow2' itself" in str(error)
    converge.run(made, VOLUME_RESOURCE, name="data.qcow2", state="absent")


def test_an_image_takes_nothing_in() -> None:
    made = in_use(image="base.qcow2")
    made.arrivals[f"{play.FOLDER}/base.qcow2"] = Arrival("x", 1, "qcow2", "qcow2", {}, 1, (1, 1))
    wish = {"name": "base.qcow2", "commit_from": "data.qcow2"}
    assert "is an image" in str(converge.refused(made, VOLUME_RESOURCE, **wish))


def test_a_running_vm_goes_over_to_what_it_rests_on() -> None:
    made = layered("running")
    converge.run(made, VOLUME_RESOURCE, name="top.qcow2", image="data.qcow2")
    top = {"name": "root", "volume": "top.qcow2"}
    play.converge(made, name="web2", state="running", disks=[top])
    wish = {"name": "top.qcow2", "image": "below.qcow2", "rebase": True}
    plan = converge.run(made, VOLUME_RESOURCE, **wish)
    assert converge.steps(plan) == [f"pull layers web2 vda {play.FOLDER}/below.qcow2"]
    top = volume(made, "top.qcow2")
    assert (top.written, top.backing) == ({"1": "new"}, f"{play.FOLDER}/below.qcow2")


def test_a_file_of_the_node_becomes_a_volume() -> None:
    made = play.node()
    made.sources["/srv/a.img"] = GIB
    wish = {"name": "a.img", "src": "/srv/a.img", "remote_src": True}
    assert converge.refused(made, VOLUME_RESOURCE, **wish, size="512MiB").option == "size"
    assert converge.refused(made, VOLUME_RESOURCE, **wish, compat="1.1").option == "compat"
    relative = {**wish, "src": "a.img"}
    assert converge.refused(made, VOLUME_RESOURCE, **relative).option == "src"
    plan = converge.run(made, VOLUME_RESOURCE, **wish, size="2GiB")
    assert [action.verb for action in plan.actions] == ["fetch_image", "resize_volume"]


def test_a_volume_is_wiped_before_it_goes() -> None:
    made = play.node()
    converge.run(made, VOLUME_RESOURCE, name="data.qcow2", size="5GiB")
    plan = converge.run(made, VOLUME_RESOURCE, name="data.qcow2", state="absent", wipe=True)
    assert [action.verb for action in plan.actions] == ["wipe_volume", "delete_volume"]


def test_an_encrypted_volume() -> None:
    made = play.node()
    secret = {"encryption": {"secret_usage": "data"}}
    wish = {"name": "a.img", "size": "1GiB", "format": "raw"}
    plan = converge.check(made, VOLUME_RESOURCE, **wish, **secret)
    (encryption,) = tree.parse(plan.actions[0].as_dict()["xml"]).iterfind("target/encryption")
    assert encryption.get("format") == "luks"
    assert dict(encryption.find("secret").attrib) == {"type": "passphrase", "usage": "data"}
    converge.run(made, VOLUME_RESOURCE, **wish)
    plain = converge.refused(made, VOLUME_RESOURCE, **wish, **secret)
    assert plain.option == "encryption"
    copy = {"name": "b", "clone_from": "a.img", **secret}
    assert converge.refused(made, VOLUME_RESOURCE, **copy).option == "encryption"


def test_what_is_encrypted_is_copied_and_moved_as_it_is() -> None:
    made = two_pools(play.node())
    secret = {"encryption": {"secret_usage": "data"}}
    converge.run(made, VOLUME_RESOURCE, name="a.img", size="1GiB", format="raw", **secret)
    copy = {"name": "b.img", "clone_from": "a.img", **secret}
    plan = converge.run(made, VOLUME_RESOURCE, **copy)
    assert converge.steps(plan) == ["clone volume default b.img default/a.img"]
    assert volume(made, "b.img").encrypted
    wrong = {"format": "qcow2", "size": "2GiB", "preallocation": "falloc", "clone_snapshot": "x"}
    for option, value in wrong.items():
        other = {**copy, "name": "c.img", option: value}
        assert converge.refused(made, VOLUME_RESOURCE, **other).option == option
    disk = {"name": "data", "volume": "b.img", "format": "raw", **secret}
    disk["encryption"] = {"format": "luks", "secret_usage": "data"}
    play.converge(made, state="present", disks=[disk])
    move = {"name": "b.img", "pool": "fast", "move_from": "default"}
    plan = converge.run(made, VOLUME_RESOURCE, **move)
    assert converge.steps(plan) == ["move volume fast b.img default web1"]
    assert volume(made, "b.img", "fast").encrypted
    (source,) = play.config(made).iterfind("devices/disk/source")
    assert source.find("encryption/secret").get("usage") == "data"
    play.converge(made, state="running")
    back = {"name": "b.img", "pool": "default", "move_from": "fast"}
    assert "the running vm 'web1'" in str(converge.refused(made, VOLUME_RESOURCE, **back))


def test_only_its_running_vm_opens_what_is_encrypted() -> None:
    made = in_use("present", image="base.qcow2")
    volume(made).encrypted = True
    wishes = ({"flat": True}, {"image": "newer.qcow2", "rebase": True})
    converge.run(made, VOLUME_RESOURCE, name="newer.qcow2", size="1GiB")
    for wish in wishes:
        error = converge.refused(made, VOLUME_RESOURCE, name="data.qcow2", **wish)
        assert "no running vm has it" in str(error)
    move = {**MOVE, "flat": True}
    assert converge.refused(two_pools(made), VOLUME_RESOURCE, **move).option == "flat"
    play.converge(made, state="running")
    assert converge.run(made, VOLUME_RESOURCE, name="data.qcow2", flat=True).actions


def test_a_volume_is_made_and_attached() -> None:
    made = in_use()
    attach = {"vm": "web1", "bus": "virtio", "serial": "more"}
    wish = {"name": "more.img", "size": "1GiB", "format": "raw"}
    plan = converge.run(made, VOLUME_RESOURCE, **wish, attach=[attach])
    assert [action.verb for action in plan.actions] == ["create_volume", "define", "attach"]
    assert "attach[web1].disks[more]" in plan.after
    (driver,) = play.live(made).xpath("devices/disk[serial='more']/driver")
    assert driver.get("type") == "raw"
    limits = {**attach, "io_limits": {"total_iops": 100}}
    plan = converge.run(made, VOLUME_RESOURCE, **wish, attach=[limits])
    assert [action.verb for action in plan.actions] == ["define", "tune"]
    gone = {"vm": "web1", "state": "absent"}
    plan = converge.run(made, VOLUME_RESOURCE, **wish, attach=[gone])
    assert [action.verb for action in plan.actions] == ["define", "detach"]
    assert ("default", "more.img") in made.volumes


def test_a_disk_that_a_vm_has_keeps_its_name() -> None:
    made = in_use()
    wish = {"name": "data.qcow2", "attach": [{"vm": "web1"}]}
    assert converge.check(made, VOLUME_RESOURCE, **wish).actions == ()
    nobody = {"name": "data.qcow2", "attach": [{"vm": "none"}]}
    assert converge.refused(made, VOLUME_RESOURCE, **nobody).option == "attach[none].vm"


def test_what_uses_a_volume_is_told() -> None:
    made = in_use(image="base.qcow2")
    (data,) = report.disks(FakeObserver(made), {"name": "data.qcow2"})["disks"]
    assert (data["used_by"], data["attach_count"]) == (["web1"], 1)
    assert data["chain"] == [volume(made, "base.qcow2").path]
    (base,) = report.disks(FakeObserver(made), {"name": "base.qcow2", "pool": "default"})["disks"]
    assert (base["overlays"], base["attach_count"]) == (["default/data.qcow2"], 0)
    with pytest.raises(VmrtError, match="no pool 'none'"):
        report.disks(FakeObserver(made), {"pool": "none"})


def test_a_volume_that_nothing_needs_is_removed() -> None:
    made = play.node()
    converge.run(made, VOLUME_RESOURCE, name="data.qcow2", size="5GiB")
    plan = converge.run(made, VOLUME_RESOURCE, name="data.qcow2", state="absent")
    assert converge.steps(plan) == ["delete volume default data.qcow2"]
    assert ("default", "data.qcow2") not in made.volumes
    gone = converge.report(made, VOLUME_RESOURCE, name="data.qcow2")
    assert gone == {"name": "data.qcow2", "pool": "default", "state": "absent"}


def test_a_volume_of_a_pool_that_is_not_there_is_absent() -> None:
    plan = converge.run(play.node(), VOLUME_RESOURCE, name="a", pool="fast", state="absent")
    assert plan.actions == ()


def test_a_volume_that_a_vm_needs_stays() -> None:
    for state in ("present", "running"):
        made = in_use(state)
        error = converge.refused(made, VOLUME_RESOURCE, name="data.qcow2", state="absent")
        assert error.option == "name"
        assert "the vm 'web1'" in str(error)
        assert converge.report(made, VOLUME_RESOURCE, name="data.qcow2")["used_by"] == ["web1"]


def test_a_volume_below_an_overlay_stays() -> None:
    made = play.node()
    converge.run(made, POOL_RESOURCE, name="fast", state="active")
    converge.run(
        made,
        VOLUME_RESOURCE,
        name="a.qcow2",
        pool="fast",
        image="base.qcow2",
        image_pool="default",
    )
    error = converge.refused(made, VOLUME_RESOURCE, name="base.qcow2", state="absent")
    assert "its overlay fast/a.qcow2" in str(error)
