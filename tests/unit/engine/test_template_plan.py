# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Templates in memory: what they are made of, what is made of them, and what keeps them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_host import FakeHost
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import FakeNode
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import WriteVolume
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.apply import StepFailed, apply
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.image import IMAGE_RESOURCE
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.image_gc import plan_gc
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import make_plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.template.plan import (
    TEMPLATE_RESOURCE,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.template.report import (
    read_templates,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.seed_iso import read_iso
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.image_gc import IMAGE_GC
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import normalise
from tests.unit.support import play
from tests.unit.support.tried import Tried

DISKS = [play.disk(image="base.qcow2", cache="none"), play.disk("data", size="1GiB", format="raw")]
FILE = "web.template.json"
IMAGES = {"web-root.qcow2", "web-data.img"}


def vm(**options: Any) -> FakeNode:
    """A node with the vm built."""
    made = play.node()
    wish = {"name": "built", "state": "running", "disks": DISKS, "nics": [play.nic()], **options}
    play.converge(made, **wish)
    made.volumes["default", "base.qcow2"].written = {"image": "image"}
    made.volumes["default", "built-root.qcow2"].written = {"root": "root"}
    made.volumes["default", "built-data.img"].written = {"data": "data"}
    return made


_TRIED = Tried(TEMPLATE_RESOURCE, name="web")
foresee, template, refusal = _TRIED.foresee, _TRIED.do, _TRIED.refusal


def vm_refusal(made: FakeNode, **options: Any) -> VmrtError:
    with pytest.raises(VmrtError) as caught:
        play.plan(made, **options)
    return caught.value


def told(made: FakeNode) -> dict[str, Any]:
    (found,) = read_templates(FakeObserver(made), {})["templates"]
    return dict(found)


def file(made: FakeNode) -> Any:
    return json.loads(made.volumes["default", FILE].content)


@pytest.mark.parametrize("state", ["stopped", "paused", "running"])
def test_a_template_holds_what_the_vm_held(state: str):
    made = vm(state=state)
    config = tree.render(play.config(made, "built"))
    planned = template(made, from_vm="built")
    assert play.verbs(planned) == ["copy_disks", "make_template"]
    root = made.volumes["default", "web-root.qcow2"]
    assert (root.written, root.backing) == ({"image": "image", "root": "root"}, None)
    assert made.arrivals[root.path].source == "default/built-root.qcow2"
    assert tree.render(play.config(made, "built")) == config
    found = told(made)
    assert (found["status"], found["from_vm"]) == ("Ready", "built")
    assert {one["image"] for one in found["disks"]} == IMAGES
    report = TEMPLATE_RESOURCE.report(FakeObserver(made), {"name": "web", "pool": "default"})
    assert (report["state"], report["uuid"]) == ("present", found["uuid"])


def test_a_template_says_nothing_of_who_the_vm_is():
    made = vm(
        cloud_init={"hostname": "built"},
        vsock={"cid": 7},
        smbios={"system": {"serial": "0815", "family": "servers"}},
        labels={"role": "web"},
        protect=True,
    )
    template(made, from_vm="built")
    one, text = file(made), made.volumes["default", FILE].content.decode()
    config = play.config(made, "built")
    mac = tree.find(config, "devices/interface/mac/@address").text
    assert not [word for word in (mac, "built-", "0815", config.findtext("uuid")) if word in text]
    assert not {"name", "uuid", "status", "protect", "cdroms", "cloud_init"} & {*one["vm"]}
    assert one["vm"]["labels"] == {"role": "web"}
    root = {"name": "root", "image": "web-root.qcow2", "size": "10GiB", "cache": "none"}
    assert root.items() <= one["vm"]["disks"][0].items()


def test_vms_are_made_of_it_and_stay_what_they_are():
    made = vm(cloud_init={"hostname": "built"}, memory="2GiB", vcpus=2)
    template(made, from_vm="built")
    wish = {"name": "web1", "template": "web", "cloud_init": {"hostname": "web1"}}
    disks = [{"name": "root", "size": "20GiB"}, {"name": "logs", "size": "1GiB"}]
    planned = play.converge(made, **wish, disks=disks, memory="3GiB", state="running")
    assert play.plan(made, **wish, disks=disks, memory="3GiB", state="running").actions == ()
    assert play.plan(made, name="web1", template="no-such").actions == ()
    assert "systemd-machine-id-setup" in (
        read_iso(play.only(planned, WriteVolume).content).vendor_data or ""
    )
    root = made.volumes["default", "web1-root.qcow2"]
    assert root.backing == made.volumes["default", "web-root.qcow2"].path
    assert (root.capacity, root.written) == (20 * 2**30, {})
    assert made.volumes["default", "web1-data.qcow2"].backing.endswith("web-data.img")
    one, two = play.config(made, "built"), play.config(made, "web1")
    for place in ("uuid", "devices/interface/mac/@address"):
        assert tree.find(one, place).text != tree.find(two, place).text
    assert two.findtext("memory") == str(3 * 2**20)
    assert two.findtext("vcpu") == "2"
    assert tree.find(one, "os/type/@machine").text == tree.find(two, "os/type/@machine").text
    assert len(one.findall("devices/controller")) == len(two.findall("devices/controller"))
    assert told(made)["used_by"] == ["web1"]
    assert told(made)["overlays"] == ["default/web1-data.qcow2", "default/web1-root.qcow2"]


def test_a_vm_that_was_half_made_is_ended():
    made = vm(cloud_init={"hostname": "built"})
    template(made, from_vm="built")
    wish = {"template": "web", "cloud_init": {"hostname": "web1"}, "state": "running"}
    planned = play.plan(made, **wish)
    assert play.verbs(planned)[0] == "define"
    apply(Plan(planned.actions[:2]), FakeHost(made))
    ended = play.converge(made, **wish)
    assert play.verbs(ended) == ["create_volume", "write_volume", "start"]
    assert made.volumes["default", "web1-data.qcow2"].backing.endswith("web-data.img")
    seed = read_iso(play.only(ended, WriteVolume).content)
    assert "systemd-machine-id-setup" in (seed.vendor_data or "")
    assert play.plan(made, **wish).actions == ()


def test_what_uefi_stored_is_not_in_it():
    made = vm(state="stopped", boot={"nvram": {"path": "/var/lib/libvirt/qemu/nvram/b_VARS.fd"}})
    play.config(made, "built").find("os").set("firmware", "efi")
    assert any("UEFI" in one for one in template(made, from_vm="built").warnings)
    assert "_VARS" not in json.dumps(file(made))
    play.converge(made, template="web")
    assert play.config(made).find("os").get("firmware") == "efi"


def test_what_a_vm_has_of_its_template_is_not_unmanaged():
    made = vm(state="stopped")
    template(made, from_vm="built")
    wish = {"template": "web", "remove_unmanaged": ["disks", "nics"], "delete_disks": "owned"}
    play.converge(made, **wish, disks=[play.disk("logs")])
    assert play.plan(made, **wish, disks=[play.disk("logs")]).actions == ()
    absent = {"name": "data", "state": "absent"}
    changes = play.converge(made, **wish, disks=[absent]).changes
    assert {change.path for change in changes} == {"disks[data]", "disks[logs]"}
    assert play.plan(made, **wish).actions == ()
    assert ("default", "web1-root.qcow2") in made.volumes


def test_a_vm_without_a_seed_is_warned_of():
    made = vm()
    template(made, from_vm="built")
    planned = play.converge(made, template="web", disks=[{"name": "data", "state": "absent"}])
    assert any("without a seed" in one for one in planned.warnings)
    assert ("default", "web1-data.qcow2") not in made.volumes
    assert not any("without a seed" in one for one in play.plan(made, template="web").warnings)


def test_it_stays_when_its_vm_goes_and_while_vms_rest_on_it():
    made = vm(state="stopped")
    template(made, from_vm="built")
    play.converge(made, name="built", state="absent", delete_disks="owned")
    assert foresee(made, from_vm="built").actions == ()
    assert refusal(made, from_vm="web1").option == "from_vm"
    image = play.wish(IMAGE_RESOURCE, name="web-root.qcow2", state="absent")
    with pytest.raises(VmrtError, match="the template 'web'"):
        make_plan(IMAGE_RESOURCE, image, FakeObserver(made))
    swept = plan_gc(normalise(IMAGE_GC, {"pool": "default", "names": ["*"]}), FakeObserver(made))
    assert {one["name"]: one["reason"] for one in swept.found["kept"]} == dict.fromkeys(
        IMAGES, "it is needed by the template 'web'"
    )
    play.converge(made, template="web")
    assert "its overlay default/web1-root" in refusal(made, state="absent").message
    assert told(made)["used_by"] == ["web1"]
    play.converge(made, state="absent", delete_disks="owned")
    assert play.verbs(template(made, state="absent")) == ["delete_volume"] * 3
    assert [name for _pool, name in made.volumes] == ["base.qcow2"]


def test_one_that_is_not_whole_is_told_and_can_be_removed():
    made = vm(state="stopped")
    template(made, from_vm="built")
    del made.volumes["default", "web-data.img"]
    assert told(made)["status"] == "Broken"
    assert told(made)["problems"] == ["its image default/web-data.img is gone"]
    assert "is gone" in vm_refusal(made, template="web").message
    assert refusal(made, from_vm="built").option == "name"
    assert play.verbs(template(made, state="absent")) == ["delete_volume"] * 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"format": 2}',
        b'{"format": 1, "name": "other", "disks": [], "vm": {}}',
        b'{"format": 1, "name": "web", "disks": [{"image": "x"}], "vm": {}}',
        b'{"format": 1, "name": "web", "disks": [{"name": "r", "image": "../x", "format": "raw", '
        b'"capacity": 1}], "vm": {}}',
    ],
)
def test_a_file_may_come_from_anywhere(content: bytes):
    made = vm(state="stopped")
    template(made, from_vm="built")
    made.volumes["default", FILE].content = content
    assert "is not understood" in told(made)["problems"][0]
    assert vm_refusal(made, template="web").option == "template"
    planned = template(made, state="absent")
    assert play.verbs(planned) == ["delete_volume"]
    assert "is not known" in planned.warnings[0]


def test_a_declaration_that_no_vm_can_have_is_told():
    made = vm(state="stopped")
    template(made, from_vm="built")
    told = {**file(made), "vm": {"memory": "much", "no_such": 1}}
    made.volumes["default", FILE].content = json.dumps(told).encode()
    error = vm_refusal(made, template="web")
    assert error.option == "template"
    assert "memory" in error.message
    assert "no_such" in error.message


def test_what_can_not_be_is_said_before_anything_is_done():
    made = vm()
    assert refusal(made).option == "name"
    assert refusal(made, from_vm="x").option == "from_vm"
    assert refusal(made, from_vm="built", pool="x").option == "pool"
    assert refusal(made, from_vm="built", exclude=["x"]).option == "exclude"
    assert refusal(made, from_vm="built", exclude=["root", "data"]).option == "from_vm"
    assert vm_refusal(made, template="x").option == "template"
    assert vm_refusal(made, template="x", template_pool="x").option == "template_pool"
    assert foresee(made, state="absent").actions == ()
    made = vm(hostdevs=[{"name": "gpu", "type": "pci", "address": "0000:01:00.0"}], state="stopped")
    assert "a device of the node" in refusal(made, from_vm="built").message
    assert refusal(made, from_vm="built").option == "from_vm"


def test_what_fails_leaves_nothing_and_the_next_run_converges():
    made = vm()
    before = made.picture()
    made.full = True
    with pytest.raises(StepFailed):
        apply(foresee(made, from_vm="built"), FakeHost(made))
    made.full = False
    assert made.picture() == before
    template(made, from_vm="built")
