# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Network interfaces and graphical consoles of a vm, on real libvirt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.integration.play import check, picture, play, shell, task, verbs

NAME = "it-nics"
TOLD = "/run/it-tc"
# libvirt limits an interface with tc. A kernel may have no traffic control, so tc only says here
# what libvirt told it. A port of a bridge is isolated in sysfs, which a node may only read.
PREPARE = f"""
mkdir /run/sys && mount -t sysfs sysfs /run/sys && mount -o remount,rw /run/sys
mount --bind /run/sys/devices /sys/devices
printf '#!/bin/sh\\necho "$@" >> {TOLD}\\n' > /usr/local/sbin/tc && chmod +x /usr/local/sbin/tc
for number in 1 2; do
  echo "<network><name>it-nics-$number</name><bridge name='itn$number'/></network>" > /run/net.xml
  virsh -q net-define /run/net.xml && virsh -q net-start it-nics-$number
done
echo "<filter name='it-empty' chain='root'/>" > /run/filter.xml
virsh -q nwfilter-define /run/filter.xml && rm /run/net.xml /run/filter.xml
"""
CLEAN = f"""
umount /sys/devices /run/sys && rmdir /run/sys
for number in 1 2; do
  virsh -q net-destroy it-nics-$number; virsh -q net-undefine it-nics-$number
done
virsh -q nwfilter-undefine it-empty; rm -f /usr/local/sbin/tc {TOLD}
"""
# Each password of a definition as its hash, since what a task is told and says is kept.
PASSWORDS = (
    f"virsh dumpxml --security-info %s {NAME} | sed -n \"s/.* passwd='\\([^']*\\)'.*/\\1/p\" "
    "| tr -d '\\n' | sha256sum"
)
FIRST, SECOND = "First-pw", "Other-pw"
BASE: dict[str, Any] = {"name": NAME, "stop_timeout": 1, "force": True}
WISH: dict[str, Any] = {
    **BASE,
    "memory": "64MiB",
    "nics": [
        {"name": "lan", "network": "it-nics-1", "queues": 2, "driver": "qemu"},
        {"name": "limited", "network": "it-nics-1", "bandwidth": {"inbound": {"average": 100}}},
        {"name": "out", "type": "user"},
    ],
    "graphics": [{"type": "vnc", "password": FIRST}],
}
LIVE: dict[str, Any] = {
    **BASE,
    "nics": [
        {
            "name": "lan",
            "network": "it-nics-2",
            "isolated": True,
            "filter": {"name": "it-empty", "parameters": [{"name": "IP", "value": "192.0.2.7"}]},
        },
        {
            "name": "limited",
            "link": "down",
            "bandwidth": {
                "inbound": {"average": 200, "peak": 400, "burst": 64},
                "outbound": {"average": 50},
            },
        },
        {"name": "out", "link": "down"},
    ],
    "graphics": [{"type": "vnc", "password": SECOND, "password_valid_to": "2037-12-31T23:59:59"}],
}
BACK: dict[str, Any] = {
    **BASE,
    "nics": [
        {
            "name": "lan",
            "network": "it-nics-1",
            "isolated": False,
            "filter": {"state": "absent"},
        },
        {
            "name": "limited",
            "link": "up",
            "bandwidth": {"inbound": {"state": "absent"}, "outbound": {"state": "absent"}},
        },
        {"name": "out", "link": "up"},
    ],
    "graphics": [{"type": "vnc", "password": FIRST, "password_valid_to": ""}],
}


@pytest.fixture
def prepared(lab: Any) -> Iterator[None]:
    node = lab.nodes[0]
    node.ssh(PREPARE)
    yield
    node.ssh(CLEAN, check=False)


def _nics(result: dict[str, Any]) -> dict[str, dict[str, Any]]:
    vm = result["vm"] if "vm" in result else result["vms"][0]
    return {one["name"]: one for one in vm["nics"]}


def _changed(seen: dict[str, Any], name: str) -> None:
    """What is so after LIVE, in the definition or in the running vm."""
    xml = seen[f"{name}_xml"]["stdout"]
    for word in ("<port isolated='yes'/>", "filter='it-empty'", "value='192.0.2.7'", "2037-12-31"):
        assert word in xml, word
    assert xml.count("<link state='down'/>") == 2
    assert seen[f"{name}_password"]["stdout"].split()[0] == sha256(SECOND.encode()).hexdigest()
    nics = _nics(seen[f"{name}_info"])
    assert nics["lan"]["network"] == "it-nics-2"
    assert nics["lan"]["isolated"] is True
    assert nics["lan"]["filter"] == LIVE["nics"][0]["filter"]
    assert nics["limited"]["bandwidth"] == LIVE["nics"][1]["bandwidth"]
    assert [nics[name]["link"] for name in ("lan", "limited", "out")] == ["up", "down", "down"]
    graphics = seen[f"{name}_info"]["vms"][0]["graphics"][0]
    assert graphics["password_valid_to"] == "2037-12-31T23:59:59"
    assert "password" not in graphics


def test_interfaces_and_a_console_of_a_running_vm(lab: Any, tmp_path: Path, prepared: None) -> None:
    """What changes live is so in the running vm, under an address that was never given,
    and a new password is noticed and seen nowhere."""
    run = {"state": "running"}
    seen = play(
        lab,
        tmp_path,
        predicted_made=check("vm", **WISH, **run),
        made=task("vm", **WISH, **run),
        again=task("vm", **WISH, **run),
        listens=shell("ss -Htln 'sport >= 5900 and sport < 6000'"),
        before=picture(),
        predicted=check("vm", **LIVE),
        between=picture(),
        changed=task("vm", **LIVE),
        settled=task("vm", **LIVE),
        changed_xml=shell(f"virsh dumpxml {NAME}"),
        changed_password=shell(PASSWORDS % ""),
        changed_info=task("vm_info", name=NAME),
        kept_password=shell(PASSWORDS % "--inactive"),
        bridge=shell("ls /sys/class/net/itn2/brif"),
        limits=shell(f"cat {TOLD}"),
        predicted_back=check("vm", **BACK),
        back=task("vm", **BACK),
        back_again=task("vm", **BACK),
        back_xml=shell(f"virsh dumpxml {NAME}"),
        none=task("vm", **BASE, graphics=[{"type": "vnc", "password": ""}]),
        gone=task("vm", **BASE, state="absent"),
    )
    assert verbs(seen["made"]) == ["define", "start"]
    assert seen["predicted_made"]["actions"] == seen["made"]["actions"]
    assert not seen["again"]["changed"]
    assert _nics(seen["again"])["lan"]["mac"] == _nics(seen["made"])["lan"]["mac"]
    assert re.findall(r"(\S+):59\d\d ", seen["listens"]["stdout"]) == ["127.0.0.1"]

    assert seen["before"]["stdout"] == seen["between"]["stdout"]
    assert verbs(seen["changed"]) == ["define", *["update"] * 4]
    assert seen["predicted"]["actions"] == seen["changed"]["actions"]
    assert seen["predicted"]["diff"] == seen["changed"]["diff"]
    assert seen["changed"]["restart_required"] == []
    assert not seen["settled"]["changed"]
    _changed(seen, "changed")
    assert seen["kept_password"]["stdout"] == seen["changed_password"]["stdout"]
    assert len(seen["bridge"]["stdout_lines"]) == 1
    assert "rate 200kbps" in seen["limits"]["stdout"]
    assert _nics(seen["changed_info"])["lan"]["mac"] == _nics(seen["made"])["lan"]["mac"]

    assert seen["predicted_back"]["actions"] == seen["back"]["actions"]
    assert verbs(seen["back"]) == ["define", *["update"] * 4]
    assert seen["back"]["restart_required"] == []
    assert not seen["back_again"]["changed"]
    for word in ("isolated='yes'", "filterref", "<bandwidth", "state='down'", "passwdValidTo"):
        assert word not in seen["back_xml"]["stdout"], word
    assert seen["none"]["restart_required"] == ["graphics[vnc].password"]
    assert verbs(seen["gone"]) == ["shutdown", "undefine"]
    _nowhere(lab, tmp_path)


def _nowhere(lab: Any, folder: Path) -> None:
    """No password is in a result, a difference, the log of -vvv, or the node's journal and logs."""
    logs = lab.nodes[0].ssh(f"journalctl --no-pager; cat /var/log/libvirt/qemu/{NAME}.log").stdout
    for kind, text in {
        "results": (folder / "results.json").read_text(),
        "output": (folder / "output.txt").read_text(),
        "logs": logs,
    }.items():
        assert NAME in text, f"these are no {kind}"
        assert FIRST not in text, kind
        assert SECOND not in text, kind


def test_interfaces_and_a_console_of_a_stopped_vm(lab: Any, tmp_path: Path, prepared: None) -> None:
    seen = play(
        lab,
        tmp_path,
        made=task("vm", **WISH),
        predicted=check("vm", **LIVE),
        changed=task("vm", **LIVE),
        settled=task("vm", **LIVE),
        changed_xml=shell(f"virsh dumpxml {NAME}"),
        changed_password=shell(PASSWORDS % ""),
        changed_info=task("vm_info", name=NAME),
        declared=task("vm", **{**BASE, "nics": "{{ result_changed_info.vms[0].nics }}"}),
        back=task("vm", **BACK),
        back_again=task("vm", **BACK),
        none=task("vm", **BASE, graphics=[{"type": "vnc", "password": ""}]),
        none_password=shell(f"virsh dumpxml --security-info {NAME} | grep passwd"),
        gone=task("vm", **BASE, state="absent"),
    )
    assert verbs(seen["changed"]) == ["define"]
    assert seen["predicted"]["actions"] == seen["changed"]["actions"]
    assert not seen["settled"]["changed"]
    _changed(seen, "changed")
    assert not seen["declared"]["changed"]
    assert verbs(seen["back"]) == ["define"]
    assert not seen["back_again"]["changed"]
    assert verbs(seen["none"]) == ["define"]
    assert seen["none"]["restart_required"] == []
    assert seen["none_password"]["stdout"] == ""
    _nowhere(lab, tmp_path)
