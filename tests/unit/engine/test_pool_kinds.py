# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each kind of pool: what libvirt is given, what is built, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Define
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.pool.resource import POOL_RESOURCE
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.pool import POOL
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Owner
from tests.unit.support import converge, play
from tests.unit.support.grammar import complaints

SDB = {"path": "/dev/disk/by-id/sdb"}
IQN = "iqn.2013-06.com.example:disks"
NAS = {"name": "nas.example.com"}
CHAP = {"type": "chap", "username": "node1", "secret_usage": "disks"}

# Wishes, and what libvirt is given besides the name.
KINDS: dict[str, tuple[dict[str, Any], str]] = {
    "folder": (
        {
            "type": "dir",
            "target": "/srv/p",
            "cow": False,
            "mode": "711",
            "owner": 64055,
            "group": 64056,
            "label": "virt_image_t",
            "vendor": "Acme",
            "product": "Disks",
        },
        "<features><cow state='no'/></features>"
        "<source><vendor name='Acme'/><product name='Disks'/></source>"
        "<target><path>/srv/p</path><permissions><mode>0711</mode><owner>64055</owner>"
        "<group>64056</group><label>virt_image_t</label></permissions></target>",
    ),
    "file system": (
        {"type": "fs", "devices": [SDB], "format": "ext4", "mount_options": ["noatime"]},
        "<source><device path='/dev/disk/by-id/sdb'/><format type='ext4'/></source>"
        "<target><path>/var/lib/libvirt/images/p</path></target>"
        "<fs:mount_opts xmlns:fs='http://libvirt.org/schemas/storagepool/fs/1.0'>"
        "<fs:option name='noatime'/></fs:mount_opts>",
    ),
    "NFS": (
        {
            "type": "netfs",
            "hosts": [NAS],
            "dir": "/export",
            "format": "nfs",
            "protocol_version": "4.1",
            "target": "/srv/nas",
        },
        "<source><host name='nas.example.com'/><dir path='/export'/><format type='nfs'/>"
        "<protocol ver='4.1'/></source><target><path>/srv/nas</path></target>",
    ),
    "share": (
        {"type": "netfs", "hosts": [NAS], "dir": "vms", "format": "cifs", "target": "/srv/nas"},
        "<source><host name='nas.example.com'/><dir path='vms'/><format type='cifs'/></source>"
        "<target><path>/srv/nas</path></target>",
    ),
    "volume group": (
        {"type": "logical", "source_name": "vg0", "devices": [SDB], "format": "lvm2"},
        "<source><device path='/dev/disk/by-id/sdb'/><name>vg0</name><format type='lvm2'/>"
        "</source><target><path>/dev/vg0</path></target>",
    ),
    "disk": (
        {"type": "disk", "devices": [{**SDB, "part_separator": False}], "format": "gpt"},
        "<source><device path='/dev/disk/by-id/sdb' part_separator='no'/><format type='gpt'/>"
        "</source><target><path>/dev</path></target>",
    ),
    "iSCSI": (
        {
            "type": "iscsi",
            "hosts": [{**NAS, "port": 3260}],
            "devices": [{"path": IQN}],
            "initiator": f"{IQN}1",
            "auth": CHAP,
        },
        f"<source><host name='nas.example.com' port='3260'/><device path='{IQN}'/>"
        f"<initiator><iqn name='{IQN}1'/></initiator>"
        "<auth type='chap' username='node1'><secret usage='disks'/></auth></source>"
        "<target><path>/dev/disk/by-path</path></target>",
    ),
    "iSCSI of QEMU": (
        {
            "type": "iscsi-direct",
            "hosts": [NAS],
            "devices": [{"path": IQN}],
            "initiator": f"{IQN}1",
        },
        f"<source><host name='nas.example.com'/><device path='{IQN}'/>"
        f"<initiator><iqn name='{IQN}1'/></initiator></source>",
    ),
    "adapter": (
        {"type": "scsi", "adapter": {"type": "scsi_host", "name": "scsi_host2"}},
        "<source><adapter type='scsi_host' name='scsi_host2'/></source>"
        "<target><path>/dev/disk/by-path</path></target>",
    ),
    "adapter at a place": (
        {"type": "scsi", "adapter": {"address": "0000:00:1f.2", "unique_id": 5}},
        "<source><adapter><parentaddr unique_id='5'>"
        "<address domain='0x0000' bus='0x00' slot='0x1f' function='0x2'/></parentaddr></adapter>"
        "</source><target><path>/dev/disk/by-path</path></target>",
    ),
    "Fibre Channel": (
        {
            "type": "scsi",
            "adapter": {
                "type": "fc_host",
                "parent": "scsi_host5",
                "managed": True,
                "parent_wwnn": "20000000c9831b4a",
                "parent_wwpn": "10000000c9831b4a",
                "parent_fabric_wwn": "2002000573de9a81",
                "wwnn": "20000000C9831B4B",
                "wwpn": "10000000c9831b4b",
            },
        },
        "<source><adapter type='fc_host' parent='scsi_host5' managed='yes' "
        "parent_wwnn='20000000c9831b4a' parent_wwpn='10000000c9831b4a' "
        "parent_fabric_wwn='2002000573de9a81' wwnn='20000000c9831b4b' wwpn='10000000c9831b4b'/>"
        "</source><target><path>/dev/disk/by-path</path></target>",
    ),
    "multipath": (
        {"type": "mpath"},
        "<target><path>/dev/mapper</path></target>",
    ),
    "Ceph": (
        {
            "type": "rbd",
            "hosts": [NAS, {"name": "2001:db8::7", "port": 6789}],
            "source_name": "vms",
            "auth": {
                "type": "ceph",
                "username": "libvirt",
                "secret_uuid": "4dea22b3-1d52-4f65-9c9e-b6f7ab8f3d11",
            },
            "volume_allocation": "capacity",
            "config_options": {"client_mount_timeout": "45"},
        },
        "<source><host name='nas.example.com'/><host name='2001:db8::7' port='6789'/>"
        "<name>vms</name><auth type='ceph' username='libvirt'>"
        "<secret uuid='4dea22b3-1d52-4f65-9c9e-b6f7ab8f3d11'/></auth></source>"
        "<refresh><volume allocation='capacity'/></refresh>"
        "<rbd:config_opts xmlns:rbd='http://libvirt.org/schemas/storagepool/rbd/1.0'>"
        "<rbd:option name='client_mount_timeout' value='45'/></rbd:config_opts>",
    ),
    "zpool": (
        {"type": "zfs", "source_name": "tank", "devices": [SDB]},
        "<source><device path='/dev/disk/by-id/sdb'/><name>tank</name></source>",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_libvirt_is_given(kind: str) -> None:
    wish, inner = KINDS[kind]
    made = play.node()
    plan = converge.run(made, POOL_RESOURCE, name="p", **wish, state="active")
    xml = play.only(plan, Define).xml
    expected = tree.parse(f"<pool type='{wish['type']}'><name>p</name>{inner}</pool>")
    assert tree.same(tree.parse(xml), expected), xml
    assert complaints("pool", xml) == []
    folder = ["build pool p"] if wish["type"] in ("dir", "fs", "netfs") else []
    assert converge.steps(plan) == ["define pool p", *folder, "start pool p"]
    assert not converge.check(made, POOL_RESOURCE, name="p", **wish).actions


def _named(schema: Any, wish: dict[str, Any]) -> Iterator[int]:
    for name, value in wish.items():
        one = schema[name]
        yield id(one)
        for item in value if isinstance(value, list) else [value]:
            if one.of and isinstance(item, dict):
                yield from _named(one.of, item)


def test_each_option_with_a_place_is_shown() -> None:
    shown = {one for wish, _inner in KINDS.values() for one in _named(POOL, {"name": "p", **wish})}

    def missing(schema: Any, path: str = "") -> Iterator[str]:
        for one in schema.fields:
            if one.places and one.owner is not Owner.REPORTED:
                if id(one) not in shown:
                    yield path + one.name
                if one.of:
                    yield from missing(one.of, f"{path}{one.name}.")

    assert list(missing(POOL)) == []


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "an option of another kind": ({"hosts": [NAS]}, "hosts"),
    "no device": ({"type": "fs"}, "devices"),
    "two devices": ({"type": "fs", "devices": [SDB, {"path": "/dev/sdc"}]}, "devices"),
    "a relative device": ({"type": "disk", "devices": [{"path": "sdb"}]}, "devices[0].path"),
    "no qualified name": (
        {
            "type": "iscsi-direct",
            "hosts": [NAS],
            "devices": [{"path": "disks"}],
            "initiator": IQN,
        },
        "devices[0].path",
    ),
    "a format of another kind": (
        {"type": "fs", "devices": [SDB], "format": "gpt"},
        "format",
    ),
    "a relative folder": ({"type": "netfs", "hosts": [NAS], "dir": "vms"}, "dir"),
    "a folder of the system": (
        {"type": "netfs", "hosts": [NAS], "dir": "/vms", "target": "/usr/lib"},
        "target",
    ),
    "a target beside devices": ({"type": "mpath", "target": "/srv/devices"}, "target"),
    "a target where there is none": (
        {"type": "zfs", "source_name": "tank", "target": "/dev/zvol/tank"},
        "target",
    ),
    "a target beside the volume group": (
        {"type": "logical", "source_name": "vg0", "target": "/dev/vg1"},
        "target",
    ),
    "an adapter without a name": (
        {"type": "scsi", "adapter": {"type": "scsi_host"}},
        "adapter.name",
    ),
    "a virtual adapter without one": (
        {"type": "scsi", "adapter": {"type": "fc_host"}},
        "adapter.wwnn",
    ),
    "another way to log in": (
        {"type": "rbd", "hosts": [NAS], "source_name": "vms", "auth": CHAP},
        "auth.type",
    ),
    "a version of another protocol": (
        {
            "type": "netfs",
            "hosts": [NAS],
            "dir": "vms",
            "format": "cifs",
            "protocol_version": "3",
        },
        "protocol_version",
    ),
    "a folder to format": ({"build": "overwrite"}, "build"),
    "a server to format": ({"type": "mpath", "build": "no_overwrite"}, "build"),
    "a file system without its format": (
        {"type": "fs", "devices": [SDB], "build": "no_overwrite"},
        "format",
    ),
    "a volume group of nothing": (
        {"type": "logical", "source_name": "vg0", "build": "no_overwrite"},
        "devices",
    ),
    "a zpool over something": (
        {"type": "zfs", "source_name": "tank", "devices": [SDB], "build": "overwrite"},
        "build",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(case: str) -> None:
    wish, option = REFUSED[case]
    assert converge.refused(play.node(), POOL_RESOURCE, name="p", **wish).option == option


def test_a_kind_that_the_node_does_not_have() -> None:
    made = play.node()
    made.pool_types = ["dir", "fs"]
    wish = {"hosts": [NAS], "source_name": "vms"}
    error = converge.refused(made, POOL_RESOURCE, name="p", type="rbd", **wish)
    assert error.option == "type"
    assert "libvirt-daemon-driver-storage-rbd" in str(error)
    error = converge.refused(made, POOL_RESOURCE, name="p", type="mpath")
    assert "It has: dir, fs." in str(error)


def test_all_complaints_come_at_once() -> None:
    error = converge.refused(play.node(), POOL_RESOURCE, name="p", type="netfs", target="/dev/shm")
    assert error.option == "hosts, dir, target"


def test_a_device_belongs_to_one_pool() -> None:
    made = play.node()
    converge.run(made, POOL_RESOURCE, name="a", type="fs", devices=[SDB])
    error = converge.refused(
        made, POOL_RESOURCE, name="b", type="logical", devices=[SDB], source_name="vg0"
    )
    assert error.option == "devices[0].path"
    assert "the pool 'a'" in str(error)


def test_only_a_new_pool_is_formatted() -> None:
    made = play.node()
    wish = {"type": "logical", "devices": [SDB], "build": "no_overwrite", "state": "active"}
    plan = converge.run(made, POOL_RESOURCE, name="vg", **wish, autostart=True)
    assert converge.steps(plan) == [
        "define pool vg",
        "build pool vg no_overwrite",
        "set autostart pool vg True",
        "start pool vg",
    ]
    assert not converge.check(made, POOL_RESOURCE, name="vg", **wish).actions
    converge.run(made, POOL_RESOURCE, name="vg", state="inactive")
    wish["build"] = "overwrite"
    again = converge.run(made, POOL_RESOURCE, name="vg", **wish)
    assert converge.steps(again) == ["start pool vg"]


def test_a_pool_that_could_not_be_built_is_built_by_the_next_run() -> None:
    made = play.node()
    made.missing.add(SDB["path"])
    wish = {"type": "logical", "devices": [SDB], "build": "no_overwrite"}
    with pytest.raises(VmrtError, match="does not exist"):
        converge.run(made, POOL_RESOURCE, name="vg", **wish)
    assert "vg" not in made.pools
    made.missing.clear()
    plan = converge.run(made, POOL_RESOURCE, name="vg", **wish)
    assert converge.steps(plan) == ["define pool vg", "build pool vg no_overwrite"]


def test_another_source_waits_for_a_start() -> None:
    made = play.node()
    wish = {"type": "netfs", "hosts": [NAS], "dir": "/export", "target": "/srv/nas"}
    converge.run(made, POOL_RESOURCE, name="p", **wish, state="active")
    wish["hosts"] = [{"name": "other.example.com"}]
    plan = converge.run(made, POOL_RESOURCE, name="p", **wish)
    assert converge.steps(plan) == ["define pool p"]
    assert plan.restart_required == ("hosts",)
    assert plan.before == {"hosts": [NAS]}


def test_one_way_to_name_a_secret_takes_the_place_of_the_other() -> None:
    made = play.node()
    wish = KINDS["Ceph"][0]
    converge.run(made, POOL_RESOURCE, name="p", **wish)
    auth = {"type": "ceph", "username": "libvirt", "secret_usage": "client.libvirt"}
    plan = converge.run(made, POOL_RESOURCE, name="p", **{**wish, "auth": auth})
    assert complaints("pool", play.only(plan, Define).xml) == []
    secret = made.pools["p"].config.find("source/auth/secret")
    assert dict(secret.attrib) == {"usage": "client.libvirt"}
