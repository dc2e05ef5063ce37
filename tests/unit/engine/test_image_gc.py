# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images that nothing needs go; all others stay."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_host import FakeHost
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import (
    FakeNode,
    Volume,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Define
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.image_gc import IMAGE_GC_DEED
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.images import read_images
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.arrival import Arrival
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import GIB
from tests.unit.support import deeds, play

DAY = 86400


def node(**days: int) -> FakeNode:
    """A node with images, by the days for which they have been there."""
    made = play.node()
    now = FakeObserver(made).now()
    for number, (name, age) in enumerate(days.items()):
        path = f"{play.FOLDER}/{name}"
        made.volumes["default", name] = Volume(path, GIB)
        made.arrivals[path] = Arrival(
            f"https://example.org/{name}", now - age * DAY, "qcow2", "qcow2", {}, 1, (1, number)
        )
    return made


def gone(made: FakeNode, **options: Any) -> list[str]:
    foreseen = deeds.foresee(made, IMAGE_GC_DEED, **options)
    before = set(made.volumes)
    done, _found = deeds.do(made, IMAGE_GC_DEED, **options)
    assert [one.describe() for one in foreseen.actions] == [one.describe() for one in done.actions]
    names = sorted(name for _pool, name in before - set(made.volumes))
    assert sorted(one["name"] for one in done.found["removed"]) == [
        name for name in names if not name.startswith(".")
    ]
    assert deeds.foresee(made, IMAGE_GC_DEED, **options).actions == ()
    return names


def overlay(made: FakeNode, name: str, below: str, pool: str = "default") -> None:
    path = f"{play.FOLDER}/{name}"
    made.volumes[pool, name] = Volume(path, GIB, backing=f"{play.FOLDER}/{below}")


def test_the_last_of_each_group_stay() -> None:
    made = node(deb1=30, deb2=20, deb3=10, ubu1=40, other=99)
    assert gone(made, names=["deb*", "ubu*"], keep_last=1) == ["deb1", "deb2"]
    assert gone(made, names=["nothing*"], keep_last=0) == []
    assert gone(made, keep_last=0) == ["deb3", "other", "ubu1"]


def test_what_is_young_stays() -> None:
    made = node(a=30, b=20, c=10)
    assert gone(made, older_than=20, keep_last=0) == ["a", "b"]
    made = node(a=30, b=20, c=10)
    assert gone(made, older_than=15, keep_last=2) == ["a"]
    assert gone(made, older_than=15) == ["b"]


def test_what_was_not_brought_as_an_image_stays() -> None:
    made = node()
    made.volumes["default", "data.qcow2"] = Volume(f"{play.FOLDER}/data.qcow2", GIB)
    assert gone(made, keep_last=0) == []


def test_what_an_overlay_rests_on_stays() -> None:
    made = node(a=9, b=9, c=9)
    overlay(made, "disk.qcow2", "a")
    overlay(made, "b", "c")
    made.arrivals.pop(f"{play.FOLDER}/b")
    found = deeds.foresee(made, IMAGE_GC_DEED, keep_last=0).found
    assert [one["name"] for one in found["kept"]] == ["a", "c"]
    assert "its overlay default/disk.qcow2" in found["kept"][0]["reason"]
    assert gone(made, keep_last=0) == []


VM = """
<domain type='qemu'><name>web1</name><memory>1048576</memory><os><type>hvm</type></os><devices>
  <disk type='{kind}' device='disk'><source {source}/><target dev='vda'/></disk>
</devices></domain>
"""


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("file", f"file='{play.FOLDER}/a'"),
        ("volume", "pool='default' volume='a'"),
        ("file", "file='/srv/top.qcow2'"),
    ],
)
def test_what_a_vm_names_stays_also_below_a_file_outside(kind: str, source: str) -> None:
    made = node(a=9, b=9)
    FakeHost(made).run(Define("vm", "web1", VM.format(kind=kind, source=source)))
    made.below = {"/srv/top.qcow2": "middle.qcow2", "/srv/middle.qcow2": f"{play.FOLDER}/a"}
    assert gone(made, keep_last=0) == ["b"]


def test_a_pool_that_is_not_seen_may_hold_anything() -> None:
    made = node(a=9)
    FakeHost(made).run(Define("pool", "off", play.pool_xml("off", "/srv/off")))
    with pytest.raises(VmrtError, match="'off' is not active") as caught:
        deeds.foresee(made, IMAGE_GC_DEED, keep_last=0)
    assert caught.value.option == "pool"


def test_parts_of_loads_go_when_they_are_old() -> None:
    made = node(a=9)
    now = FakeObserver(made).now()
    for name, age in ((".b.part", 2), (".c.part.unpacked", 2), (".d.part", 0), (".e", 9)):
        path = f"{play.FOLDER}/{name}"
        made.volumes["default", name] = Volume(path, GIB, format="raw")
        made.times[path] = now - age * DAY
    assert gone(made, keep_last=1) == [".b.part", ".c.part.unpacked"]


def test_what_is_known_of_images() -> None:
    made = node(a=3, b=2, c=1)
    overlay(made, "disk.qcow2", "base.qcow2")
    first = made.arrivals[f"{play.FOLDER}/a"]
    twin = Arrival("x", 1, "qcow2", "raw", {"sha256": "0f"}, 2, first.file)
    made.arrivals[f"{play.FOLDER}/a"] = made.arrivals[f"{play.FOLDER}/b"] = twin
    found = {one["name"]: one for one in read_images(FakeObserver(made), {})["images"]}
    assert sorted(found) == ["a", "b", "base.qcow2", "c"]
    assert found["base.qcow2"]["overlays"] == ["default/disk.qcow2"]
    assert (found["a"]["same_file"], found["b"]["same_file"]) == (["default/b"], ["default/a"])
    assert found["a"]["checksums"] == ["sha256:0f"]
    assert found["c"]["source"] == "https://example.org/c"
    (one,) = read_images(FakeObserver(made), {"name": "c", "pool": "default"})["images"]
    assert one == found["c"]
