# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What kind of machine a vm is, on real QEMU: firmware, TPM, clock, and its end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.integration.play import check, picture, play, refused, shell, task, verbs

POOL = task("pool", name="default", state="active")
UUID = "4dea22b3-1d52-4f65-9c9e-b6f7ab8f3d11"
STATE = f"ls /var/lib/libvirt/qemu/nvram /var/lib/libvirt/swtpm | grep -E 'it-efi|{UUID}'"
WISH: dict[str, Any] = {
    "name": "it-efi",
    "uuid": UUID,
    "state": "running",
    "memory": "192MiB",
    "firmware": "efi",
    "secure_boot": True,
    "enrolled_keys": True,
    "tpm": {"model": "tpm-crb", "version": "2.0", "active_pcr_banks": {"sha256": True}},
    "boot": {"devices": ["hd"], "menu": {"enabled": True, "timeout": 1000}},
    "smbios": {
        "bios": {"vendor": "Example"},
        "system": {"serial": "S-1", "sku": "K-1"},
        "base_boards": [{"product": "Board"}],
        "chassis": {"asset": "A-1"},
        "oem_strings": ["one"],
    },
    "fw_cfg": [{"name": "opt/com.example/text", "value": "hello"}],
    "features": {"vmport": False, "smm": True, "vmcoreinfo": True, "tcg_tb_cache": "64MiB"},
    "clock": {
        "offset": "variable",
        "adjustment": "3600",
        "timers": [
            {"name": "rtc", "tick_policy": "catchup", "track": "guest"},
            {"name": "hpet", "present": False},
        ],
    },
    "pm": {"suspend_to_mem": True, "suspend_to_disk": False},
    "on_crash": "preserve",
    "genid": "0a3a5bde-7b1a-4f6e-8c67-1d2f9e6c8b1a",
    "title": "First",
    "description": "One\nmachine",
    "os_info": "http://debian.org/debian/12",
    "protect": True,
    "restart_policy": {"policy": "on-failure", "backoff": 5, "limit": 3},
    "qemu_commandline": {"args": ["-msg", "timestamp=on"], "env": {"IT": "1"}},
    "seclabels": [{"type": "dynamic", "model": "dac", "relabel": True}],
    "disks": [{"name": "root", "size": "1MiB"}],
}
LIVE: dict[str, Any] = {
    "name": "it-efi",
    "title": "Second",
    "description": "Changed",
    "os_info": "http://debian.org/debian/13",
    "on_reboot": "destroy",
    "on_crash": "destroy",
    "restart_policy": {"policy": "always", "limit": 5},
}
LATER: dict[str, Any] = {
    "name": "it-efi",
    "boot": {"menu": {"enabled": False}},
    "clock": {"offset": "localtime", "timers": [{"name": "hpet", "state": "absent"}]},
    "smbios": {"system": {"serial": "S-2"}},
    "features": {"vmcoreinfo": False},
}
END = {"name": "it-efi", "state": "absent", "force": True, "stop_timeout": 1, "protect": False}


def test_the_machine_itself(lab: Any, tmp_path: Path) -> None:
    seen = play(
        lab,
        tmp_path,
        pool=POOL,
        before=picture(),
        predicted=check("vm", **WISH),
        between=picture(),
        made=task("vm", **WISH),
        again=task("vm", **WISH),
        state=shell(STATE),
        predicted_live=check("vm", **LIVE),
        live=task("vm", **LIVE),
        live_again=task("vm", **LIVE),
        xml=shell("virsh -q dumpxml it-efi"),
        later=task("vm", **LATER),
        later_again=task("vm", **LATER),
        info=task("vm_info", name="it-efi"),
        predicted_end=check("vm", **{**END, "protect": None}),
        protected=task("vm", **{**END, "protect": None}),
        ended=task("vm", **END),
        kept=shell(STATE),
        anew=task("vm", **{**WISH, "state": "present", "protect": False}),
        changed=task("vm", **LATER),
        changed_again=task("vm", **LATER),
        gone=task("vm", **END, delete_disks="owned"),
        left=shell(
            f"{STATE}; ls -A /var/lib/libvirt/images | grep it-efi;"
            " find /run/libvirt /var/lib/libvirt/qemu /etc/libvirt -name '*it-efi*'"
        ),
        disk_end=task("disk", name="it-efi-root.qcow2", state="absent"),
    )
    assert seen["before"]["stdout"] == seen["between"]["stdout"]
    assert verbs(seen["made"]) == ["define", "create_volume", "start"]
    assert seen["predicted"]["actions"] == seen["made"]["actions"]
    assert not seen["again"]["changed"], seen["again"]
    assert not seen["again"]["restart_required"]
    assert "it-efi_VARS.fd" in seen["state"]["stdout"]
    assert UUID in seen["state"]["stdout"]

    assert verbs(seen["live"]) == ["define", "tune", "tune", "set_metadata", "tune"]
    assert seen["predicted_live"]["actions"] == seen["live"]["actions"]
    assert not seen["live"]["restart_required"]
    assert not seen["live_again"]["changed"]
    for said in (
        *("<title>Second<", "<description>Changed<", "debian/13", "<on_crash>destroy<"),
        *("<on_reboot>destroy<", "policy='always'", "limit='5'", "backoff='5'"),
    ):
        assert said in seen["xml"]["stdout"].replace('"', "'"), said
    waits = seen["later"]["restart_required"]
    assert {path.split(".")[0] for path in waits} == {"boot", "clock", "smbios", "features"}
    assert not seen["later_again"]["changed"]
    assert seen["later_again"]["restart_required"] == waits
    info = seen["info"]["vms"][0]
    assert [one["name"] for one in info["status"]["processes"]["helpers"]] == ["swtpm"]
    assert info["tpm"]["model"] == "tpm-crb"
    assert info["smbios"]["system"] == {"serial": "S-2", "sku": "K-1"}
    assert info["features"]["vmport"] is False
    assert [timer["name"] for timer in info["clock"]["timers"]] == ["rtc"]
    assert info["qemu_commandline"]["env"] == {"IT": "1"}

    assert refused(seen["protected"], "protect") == seen["predicted_end"]["msg"]
    assert verbs(seen["ended"]) == ["shutdown", "undefine"]
    assert len(seen["ended"]["warnings"]) == 2
    assert seen["kept"]["stdout"] == seen["state"]["stdout"]
    assert verbs(seen["anew"]) == ["define"]
    assert verbs(seen["changed"]) == ["define"]
    assert not seen["changed_again"]["changed"]
    # The disk was there when the vm was made anew, so it is not the vm's own any more.
    assert verbs(seen["gone"]) == ["undefine"]
    assert seen["left"]["stdout"] == "it-efi-root.qcow2"


def test_a_removal_takes_only_what_it_may(lab: Any, tmp_path: Path) -> None:
    """Media, disks outside of pools, and what others need stay; a saved memory is in the way."""
    wish: dict[str, Any] = {
        "name": "it-end",
        "state": "paused",
        "memory": "64MiB",
        "disks": [
            {"name": "root", "size": "1MiB"},
            {"name": "base", "size": "1MiB"},
            {"name": "out", "path": "/srv/it-end.qcow2"},
        ],
        "cdroms": [{"name": "cd", "path": "/var/lib/libvirt/images/it-end.iso"}],
        "nics": [{"name": "lan", "network": "it-end"}],
    }
    over = {"name": "it-over", "size": "1MiB", "image": "it-end-base.qcow2"}
    end = {"name": "it-end", "state": "absent", "delete_disks": "owned"}
    left = (
        "(virsh -q list --all --name; ls /srv /var/lib/libvirt/images) | grep -E '^it-(end|over)'"
    )
    seen = play(
        lab,
        tmp_path,
        pool=POOL,
        lan=task("network", name="it-end", state="active", mode="isolated"),
        files=shell(
            "qemu-img create -q -f qcow2 /srv/it-end.qcow2 1M; "
            "truncate -s 1M /var/lib/libvirt/images/it-end.iso"
        ),
        nothing=task("vm", **end),
        made=task("vm", **wish),
        mac=shell("virsh -q domiflist it-end"),
        again=task("vm", **wish),
        over=task("disk", **over),
        snapshot=shell("virsh -q destroy it-end && virsh -q snapshot-create-as it-end one"),
        saved=task("vm", **wish),
        save=shell("virsh -q managedsave it-end"),
        predicted=check("vm", **end),
        refused=task("vm", **end),
        ended=task("vm", **end, force=True),
        left=shell(left),
        ended_again=task("vm", **end),
        over_end=task("disk", name="it-over", state="absent"),
        base_end=task("disk", name="it-end-base.qcow2", state="absent"),
        clean=shell("rm /srv/it-end.qcow2 /var/lib/libvirt/images/it-end.iso"),
        lan_end=task("network", name="it-end", state="absent"),
    )
    assert not seen["nothing"]["changed"]
    assert "52:54:00" in seen["mac"]["stdout"]
    assert not seen["again"]["changed"], seen["again"]
    assert seen["save"]["rc"] == seen["snapshot"]["rc"] == 0
    assert refused(seen["refused"], "force") == seen["predicted"]["msg"]
    assert verbs(seen["ended"]) == ["undefine", "delete_volume"]
    told = " ".join(seen["ended"]["warnings"])
    assert "it-over needs it" in told
    assert "1 snapshots of it-end" in told
    assert seen["left"]["stdout"].split() == [
        *("it-end.qcow2", "it-end-base.qcow2", "it-end.iso", "it-over")
    ]
    assert not seen["ended_again"]["changed"]


BAD: list[tuple[str, dict[str, Any]]] = [
    ("secure_boot", {"secure_boot": True}),
    ("boot.init", {"boot": {"init": "/sbin/init"}}),
    ("clock.timers[hpet].mode", {"clock": {"timers": [{"name": "hpet", "mode": "native"}]}}),
    ("tpm.device", {"tpm": {"device": "/dev/tpm0"}}),
    (
        "boot.devices",
        {
            "boot": {"devices": ["hd"]},
            "disks": [{"name": "a", "path": "/srv/a.raw", "boot_order": 1}],
        },
    ),
    ("title", {"title": "two\nlines"}),
    ("fw_cfg[etc/e820].name", {"fw_cfg": [{"name": "etc/e820", "value": "x"}]}),
]


def test_what_does_not_go_together_is_told_first(lab: Any, tmp_path: Path) -> None:
    tasks = {
        f"bad_{number}": check("vm", name="it-bad", **wish)
        for number, (_option, wish) in enumerate(BAD)
    }
    seen = play(lab, tmp_path, pool=POOL, **tasks)
    for number, (option, _wish) in enumerate(BAD):
        refused(seen[f"bad_{number}"], option)
