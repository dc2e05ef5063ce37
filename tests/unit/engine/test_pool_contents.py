# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a pool holds: looked at, told with its users, and deleted where nobody needs it."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import FakeNode, Volume
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.pool.report import pools
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.pool.resource import POOL_RESOURCE
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import GIB
from tests.unit.support import converge, play

FAST = "/srv/fast"


def node() -> FakeNode:
    """A node with an active pool of two volumes, one of them an overlay of the other."""
    made = play.node()
    converge.run(made, POOL_RESOURCE, name="fast", target=FAST, state="active")
    made.volumes["fast", "base"] = Volume(f"{FAST}/base", 2 * GIB)
    made.volumes["fast", "a"] = Volume(f"{FAST}/a", 2 * GIB, backing=f"{FAST}/base")
    return made


def test_what_a_pool_holds_stays_unless_told_otherwise() -> None:
    made = node()
    plan = converge.run(made, POOL_RESOURCE, name="fast", state="absent")
    assert converge.steps(plan) == ["stop pool fast", "undefine pool fast"]
    assert ("fast", "a") in made.volumes


def test_what_a_pool_holds_goes_with_it_overlays_first() -> None:
    made = node()
    plan = converge.run(made, POOL_RESOURCE, name="fast", state="absent", delete_contents=True)
    assert converge.steps(plan) == [
        "delete volume fast a",
        "delete volume fast base",
        "stop pool fast",
        "undefine pool fast",
    ]
    assert plan.before["volumes"] == ["a", "base"]
    assert plan.after == {"state": "absent", "volumes": []}
    assert FAST in made.folders
    again = converge.check(made, POOL_RESOURCE, name="fast", state="absent", delete_contents=True)
    assert not again.actions


def test_what_a_vm_has_as_a_disk_is_kept() -> None:
    made = node()
    play.converge(made, disks=[play.disk("data", path=f"{FAST}/a")])
    error = converge.refused(made, POOL_RESOURCE, name="fast", state="absent", delete_contents=True)
    assert error.option == "delete_contents"
    assert "the volume 'a' is needed by the vm 'web1'" in str(error)


def test_what_a_vm_boots_from_is_kept() -> None:
    made = node()
    play.converge(made, boot={"kernel": f"{FAST}/base"})
    error = converge.refused(made, POOL_RESOURCE, name="fast", state="absent", delete_contents=True)
    assert "the volume 'base' is needed by the vm 'web1'" in str(error)


def test_what_a_vm_will_have_is_kept() -> None:
    made = node()
    play.converge(made, state="running")
    play.converge(made, disks=[play.disk("data", path=f"{FAST}/a")], apply="next_boot")
    error = converge.refused(made, POOL_RESOURCE, name="fast", state="absent", delete_contents=True)
    assert "the volume 'a' is needed by the vm 'web1'" in str(error)


def test_what_a_vm_names_by_its_pool_is_kept() -> None:
    made = node()
    play.converge(made)
    source = tree.parse("<source pool='fast' volume='a'/>")
    made.vms["web1"].config.find("devices").append(source)
    error = converge.refused(made, POOL_RESOURCE, name="fast", state="absent", delete_contents=True)
    assert "the volume 'a' is needed by the vm 'web1'" in str(error)


def test_what_an_overlay_elsewhere_needs_is_kept() -> None:
    made = node()
    made.volumes["default", "b"] = Volume(f"{play.FOLDER}/b", GIB, backing=f"{FAST}/base")
    error = converge.refused(made, POOL_RESOURCE, name="fast", state="absent", delete_contents=True)
    assert "its overlay default/b" in str(error)


def test_what_can_not_be_seen_is_not_deleted() -> None:
    made = node()
    converge.run(made, POOL_RESOURCE, name="fast", state="inactive")
    error = converge.refused(made, POOL_RESOURCE, name="fast", state="absent", delete_contents=True)
    assert error.option == "delete_contents"
    assert "state=active" in str(error)


def test_a_look_changes_nothing() -> None:
    made = node()
    plan = converge.check(made, POOL_RESOURCE, name="fast", refresh=True)
    assert converge.steps(plan) == ["refresh pool fast"]
    assert not plan.changed
    stopped = converge.run(made, POOL_RESOURCE, name="fast", refresh=True, state="inactive")
    assert converge.steps(stopped) == ["stop pool fast"]


def test_pools_tell_who_uses_what() -> None:
    made = node()
    play.converge(made, disks=[play.disk("data", path=f"{FAST}/a")], state="running")
    made.folders.remove(play.FOLDER)
    default, fast = pools(FakeObserver(made), {})["pools"]
    assert (default["name"], default["folder_exists"]) == ("default", False)
    assert (fast["state"], fast["folder_exists"], fast["available"]) == ("active", True, "96GiB")
    base, overlay = sorted(fast["volumes"], key=lambda one: -len(one["name"]))
    user = {"vm": "web1", "disk": "data", "target": "vda", "running": True}
    assert overlay["used_by"] == [{**user, "backing": False}]
    assert base["used_by"] == [{**user, "backing": True}]
    assert base["size"] == "2GiB"
    assert pools(FakeObserver(made), {"name": "fast"})["pools"] == [fast]
