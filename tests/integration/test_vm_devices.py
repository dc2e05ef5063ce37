# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The smaller devices of a real machine, plugged and unplugged while it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.integration.play import check, picture, play, refused, shell, task, verbs

POOL = task("pool", name="default", state="active")
IMAGE = "it-devices-tiny.qcow2"
BASE: dict[str, Any] = {
    "name": "it-devices",
    "state": "running",
    "memory": "192MiB",
    "stop_timeout": 5,
    "force": True,
    "wait_timeout": 60,
}
FIRST: dict[str, Any] = {
    **BASE,
    "disks": [{"name": "root", "size": "1GiB", "image": IMAGE}],
    "inputs": [
        {"name": "tablet", "type": "tablet", "bus": "usb"},
        {"name": "keys", "type": "keyboard", "bus": "virtio"},
    ],
    "videos": [{"name": "card", "model": "vga", "vram": 16384}],
    "audios": [{"id": 1, "type": "none"}],
    "sounds": [{"name": "sound", "model": "ich9", "codecs": [{"type": "duplex"}], "audio": 1}],
    "watchdog": {"model": "i6300esb", "action": "none"},
    "panics": [{"name": "isa", "model": "isa"}],
    "rng": {"rate": {"bytes": 1024, "period": 1000}},
    "shmems": [{"name": "shared", "shmem": "it-devices", "size": "4MiB"}],
    "redirdevs": [
        {
            "name": "port",
            "type": "tcp",
            "mode": "bind",
            "host": "127.0.0.1",
            "service": "4555",
            "protocol": "raw",
        }
    ],
    "hubs": [{"name": "hub"}],
    "serials": [
        {"name": "console"},
        {"name": "null", "type": "null"},
        {"name": "udp", "type": "udp", "host": "127.0.0.1", "service": "4556"},
    ],
    "consoles": [{"name": "hvc", "type": "pty", "target_type": "virtio"}],
    "parallels": [{"name": "lpt", "type": "null"}],
    "channels": [
        {"name": "agent"},
        {"name": "data", "type": "pty", "target_type": "virtio", "target": "org.example.data"},
    ],
}
PLUGGED: dict[str, Any] = {
    **BASE,
    "inputs": [
        {"name": "tablet", "state": "absent"},
        {"name": "mouse", "type": "mouse", "bus": "usb"},
        {"name": "more", "type": "tablet", "bus": "virtio"},
    ],
    "channels": [
        {"name": "data", "state": "absent"},
        {"name": "extra", "type": "null", "target_type": "virtio", "target": "org.example.more"},
    ],
    "rng": {"rate": {"bytes": 2048, "period": 1000}},
    "watchdog": {"action": "pause"},
    "shmems": [
        {"name": "shared", "state": "absent"},
        {"name": "other", "shmem": "it-devices-2", "size": "4MiB"},
    ],
    "redirdevs": [{"name": "port", "state": "absent"}],
}
LATER: dict[str, Any] = {
    **BASE,
    "videos": [{"name": "card", "model": "vga", "vram": 32768}],
    "sounds": [{"name": "sound", "model": "ich6"}],
    "panics": [{"name": "isa", "state": "absent"}],
}
OWN_LOG = "/var/log/libvirt/qemu/it-devices.log"
# A node without the kernel's module can not give a guest its socket.
SOCKET = {**BASE, "vsock": {"auto": True}}


LISTS = (
    *("inputs", "videos", "audios", "sounds", "watchdog", "panics", "rng", "shmems", "redirdevs"),
    *("hubs", "serials", "consoles", "parallels", "channels"),
)
# What was read back, as a wish.
BACK = {name: f"{{{{ result_info.vms[0].{name} | default(omit) }}}}" for name in LISTS}


def test_devices_of_a_running_machine(lab: Any, tiny_image: Path, tmp_path: Path) -> None:
    seen = play(
        lab,
        tmp_path,
        pool=POOL,
        image=task("image", name=IMAGE, src=str(tiny_image)),
        before=picture(),
        predicted=check("vm", **FIRST),
        between=picture(),
        made=task("vm", **FIRST),
        again=task("vm", **FIRST),
        predicted_change=check("vm", **PLUGGED),
        plugged=task("vm", **PLUGGED),
        plugged_again=task("vm", **PLUGGED),
        live=shell("virsh dumpxml it-devices"),
        later=task("vm", **LATER),
        later_again=task("vm", **LATER),
        stopped=task("vm", **{**BASE, "state": "stopped"}),
        started=task("vm", **BASE),
        info=task("vm_info", name="it-devices"),
        back=task("vm", **{**BASE, **BACK}),
        module=shell("test -e /dev/vhost-vsock"),
        predicted_socket=check("vm", **SOCKET),
        socket=task("vm", **SOCKET),
        own_log=task("vm", **BASE, serials=[{"name": "console", "log": OWN_LOG}]),
        past=task("vm", **BASE),
        ended=task("vm", name="it-devices", state="absent", delete_disks="owned"),
    )
    assert seen["before"]["stdout"] == seen["between"]["stdout"]
    assert verbs(seen["made"]) == ["define", "create_volume", "start"]
    assert seen["predicted"]["actions"] == seen["made"]["actions"]
    # A machine that was just started waits for nothing.
    assert seen["made"]["restart_required"] == []
    assert seen["again"]["restart_required"] == []
    assert not seen["again"]["changed"]
    assert sorted(verbs(seen["plugged"])) == ["attach"] * 6 + ["define"] + ["detach"] * 6
    assert seen["predicted_change"]["actions"] == seen["plugged"]["actions"]
    assert seen["plugged"]["restart_required"] == []
    assert not seen["plugged_again"]["changed"]
    live = seen["live"]["stdout"]
    assert "org.example.more" in live
    assert "<rate bytes='2048'" in live
    assert "action='pause'" in live
    assert "<shmem name='it-devices-2'" in live
    assert not any(gone in live for gone in ("org.example.data", "<redirdev", "'ua-vmrt-tablet'"))
    assert verbs(seen["later"]) == ["define"]
    waiting = ["panics[isa]", "sounds[sound].model", "videos[card].vram"]
    assert sorted(seen["later"]["restart_required"]) == waiting
    assert sorted(seen["later_again"]["restart_required"]) == waiting
    assert not seen["later_again"]["changed"]
    assert verbs(seen["started"]) == ["start"]
    assert seen["started"]["restart_required"] == []
    info = seen["info"]["vms"][0]
    assert info["rng"]["rate"] == {"bytes": 2048, "period": 1000}
    assert [one["name"] for one in info["serials"]] == ["console", "null", "udp"]
    assert not seen["back"]["changed"], seen["back"]["changes"]
    assert seen["back"]["restart_required"] == []
    assert "libvirt itself writes" in refused(seen["own_log"], "serials[console].log")
    if seen["module"]["rc"]:
        refused(seen["socket"], "vsock")
        assert seen["predicted_socket"]["msg"] == seen["socket"]["msg"]
        assert not seen["past"]["changed"]
        assert seen["past"]["restart_required"] == []
    else:
        assert verbs(seen["socket"]) == ["define", "attach"]
