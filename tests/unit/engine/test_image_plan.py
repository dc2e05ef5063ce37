# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images: brought once, from where one option says, and kept."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_host import FakeHost
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import FakeNode
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.apply import StepFailed, apply
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import Foreseen, PoolSeen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.image import IMAGE_RESOURCE
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.pool.resource import POOL_RESOURCE
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.plan import (
    VOLUME_RESOURCE,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.arrival import Arrival
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import GIB
from tests.unit.support import converge, play

URL = "https://images.example.com/debian.qcow2"
PATH = "/srv/debian.qcow2"
SHA256 = "sha256:" + 64 * "0"


def node(*sources: str) -> FakeNode:
    made = play.node()
    made.sources = dict.fromkeys(sources, 3 * GIB)
    return made


@pytest.mark.parametrize(
    "source", [{"url": URL}, {"path": PATH}, {"src": "files/debian.qcow2"}], ids=str
)
def test_an_image_comes_from_one_place_and_stays(source: dict[str, Any]) -> None:
    (place,) = source.values()
    made = node(place)
    plan = converge.run(made, IMAGE_RESOURCE, name="debian.qcow2", **source, checksum=SHA256)
    assert converge.steps(plan) == [f"fetch image default debian.qcow2 {place}"]
    assert plan.before == {"state": "absent"}
    assert plan.after["state"] == "present"
    seen = converge.report(made, IMAGE_RESOURCE, name="debian.qcow2")
    assert seen["file"] == f"{play.FOLDER}/debian.qcow2"
    assert (seen["size"], seen["format"], seen["state"]) == (3 * GIB, "qcow2", "present")
    made.sources.clear()
    again = converge.check(made, IMAGE_RESOURCE, name="debian.qcow2", **source)
    assert again.actions == ()


def test_secrets_in_a_url_are_not_shown() -> None:
    url = "https://me:secret@images.example.com/debian.qcow2?token=secret"
    plan = converge.check(node(), IMAGE_RESOURCE, name="debian.qcow2", url=url)
    shown = repr([plan.actions[0].describe(), str(plan.actions[0]), plan.after])
    assert "images.example.com/debian.qcow2" in shown
    assert "secret" not in shown


def test_a_file_of_the_node_is_looked_at_before_anything_happens() -> None:
    for source in ({"path": PATH}, {"url": f"file://{PATH}"}):
        error = converge.refused(node(), IMAGE_RESOURCE, name="debian.qcow2", **source)
        assert error.option == next(iter(source))
        assert "No such file" in str(error)


def test_a_url_is_not_opened_by_planning_and_named_when_it_fails() -> None:
    made = node()
    plan = converge.check(made, IMAGE_RESOURCE, name="debian.qcow2", url=URL)
    with pytest.raises(StepFailed) as caught:
        apply(plan, FakeHost(made))
    assert caught.value.option == "url"


def test_an_image_without_a_source_is_refused_only_where_it_is_missing() -> None:
    error = converge.refused(node(), IMAGE_RESOURCE, name="debian.qcow2")
    assert error.option == "name"
    assert "url, path, src" in str(error)
    assert not converge.check(node(), IMAGE_RESOURCE, name="base.qcow2").actions


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("url", "ftp://images.example.com/x"),
        ("url", "images.example.com/x"),
        ("path", "srv/x"),
        ("path", "/srv/../etc/x"),
        ("checksum", "sha256:0"),
        ("checksum", "md5:" + 32 * "0"),
        ("checksum", 64 * "0"),
        ("format", "vmdk"),
        ("name", "../x"),
        ("pool", ".."),
    ],
)
def test_bad_options_are_named(option: str, value: str) -> None:
    wish = {"name": "debian.qcow2", option: value}
    if option not in ("url", "path"):
        wish["url"] = URL
    assert converge.refused(node(), IMAGE_RESOURCE, **wish).option == option


def test_the_pool_has_to_be_there_and_active() -> None:
    made = node()
    missing = converge.refused(made, IMAGE_RESOURCE, name="a", pool="fast", url=URL)
    assert "there is no pool 'fast'" in str(missing)
    converge.run(made, POOL_RESOURCE, name="fast")
    inactive = converge.refused(made, IMAGE_RESOURCE, name="a", pool="fast", url=URL)
    assert "not active" in str(inactive)
    assert missing.option == inactive.option == "pool"


@pytest.mark.parametrize("uri", ["qemu+ssh://root@node2/system", "qemu://node2/system"])
def test_an_image_is_not_brought_through_libvirt_of_another_machine(uri: str) -> None:
    made = node()
    made.values = {**made.values, "uri": uri}
    error = converge.refused(made, IMAGE_RESOURCE, name="debian.qcow2", url=URL)
    assert error.option == "uri"


def test_an_image_of_another_format_is_not_what_was_asked_for() -> None:
    error = converge.refused(node(), IMAGE_RESOURCE, name="base.qcow2", format="raw")
    assert error.option == "format"
    assert not converge.check(node(), IMAGE_RESOURCE, name="base.qcow2", format="qcow2").actions


def test_an_image_is_removed_when_no_overlay_needs_it() -> None:
    made = node()
    converge.run(made, VOLUME_RESOURCE, name="a.qcow2", image="base.qcow2")
    error = converge.refused(made, IMAGE_RESOURCE, name="base.qcow2", state="absent")
    assert "its overlay default/a.qcow2" in str(error)
    converge.run(made, VOLUME_RESOURCE, name="a.qcow2", state="absent")
    plan = converge.run(made, IMAGE_RESOURCE, name="base.qcow2", state="absent")
    assert converge.steps(plan) == ["delete volume default base.qcow2"]


def test_what_lies_in_the_folder_of_a_new_pool_is_not_fetched() -> None:
    made = node(URL)
    made.files["/srv/old/there.qcow2"] = ""
    foreseen = Foreseen(pools={"old": PoolSeen("old", True, "dir", "/srv/old")})
    steps = {
        name: converge.steps(
            converge.check(made, IMAGE_RESOURCE, foreseen, name=name, pool="old", url=URL)
        )
        for name in ("there.qcow2", "new.qcow2")
    }
    assert steps == {"there.qcow2": [], "new.qcow2": [f"fetch image old new.qcow2 {URL}"]}


def test_an_image_is_a_copy_of_a_volume_and_rests_on_nothing() -> None:
    made = node()
    converge.run(made, VOLUME_RESOURCE, name="root.qcow2", image="base.qcow2")
    wish = {"name": "golden.qcow2", "volume": "root.qcow2"}
    plan = converge.run(made, IMAGE_RESOURCE, **wish)
    assert converge.steps(plan) == ["clone volume default golden.qcow2 default/root.qcow2"]
    seen = converge.report(made, IMAGE_RESOURCE, name="golden.qcow2")
    assert (seen["size"], seen["format"]) == (play.IMAGE_SIZE, "qcow2")
    assert made.volumes["default", "golden.qcow2"].backing is None
    assert not converge.check(made, IMAGE_RESOURCE, **wish).actions
    error = converge.refused(made, IMAGE_RESOURCE, name="new", volume="missing")
    assert error.option == "volume"


def test_a_volume_that_is_a_link_out_of_its_pool_is_no_image() -> None:
    made = node()
    made.links = {f"{play.FOLDER}/base.qcow2": "/etc/passwd"}
    error = converge.refused(made, IMAGE_RESOURCE, name="base.qcow2")
    assert error.option == "name"
    assert "/etc/passwd" in str(error)


@pytest.mark.parametrize(
    ("names", "wish", "option"),
    [
        (2, {"size": "9GiB"}, "size"),
        (2, {"state": "absent", "wipe": True}, "wipe"),
        (1, {"size": "9GiB"}, None),
        (2, {"state": "absent"}, None),
    ],
)
def test_a_file_with_two_names_is_not_written_to(
    names: int, wish: dict[str, Any], option: str | None
) -> None:
    made = node()
    came = Arrival("x", 1, "qcow2", "qcow2", {}, names, (1, 1))
    made.arrivals[f"{play.FOLDER}/base.qcow2"] = came
    if option is None:
        assert converge.check(made, VOLUME_RESOURCE, name="base.qcow2", **wish).actions
        return
    error = converge.refused(made, VOLUME_RESOURCE, name="base.qcow2", **wish)
    assert error.option == option
    assert "one file with another image" in str(error)
