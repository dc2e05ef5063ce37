# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Networks on real libvirt, with its DHCP server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.integration.play import check, picture, play, refused, shell, task, verbs

GATEWAY = "198.18.7.1"
WEB1 = {"mac": "52:54:00:18:07:01", "name": "web1", "ip": "198.18.7.21"}
WEB2 = {"mac": "52:54:00:18:07:02", "name": "web2", "ip": "198.18.7.22"}
DHCP = {"ranges": [{"start": "198.18.7.100", "end": "198.18.7.200"}], "hosts": [WEB1]}
NET = {
    "name": "net-it",
    "domain": "a.example.com",
    "addresses": [
        {"address": GATEWAY, "prefix": 24, "dhcp": DHCP},
        {"address": "2001:db8:7::1", "prefix": 64},
    ],
    "state": "active",
    "autostart": True,
}
HOSTS_FILE = "cat /var/lib/libvirt/dnsmasq/net-it.hostsfile"


def _hosts(*entries: dict[str, Any]) -> dict[str, Any]:
    address = {"address": GATEWAY, "dhcp": {"hosts": list(entries)}}
    return {"name": "net-it", "addresses": [address]}


def test_the_life_of_a_network(lab: Any, tmp_path: Path) -> None:
    moved = _hosts({"mac": WEB1["mac"], "ip": "198.18.7.31"}, WEB2)
    other = {"name": "net-it", "domain": "b.example.com"}
    seen = play(
        lab,
        tmp_path,
        before=picture(),
        predicted=check("network", **NET),
        between=picture(),
        made=task("network", **NET),
        again=task("network", **NET),
        server=shell(f"{HOSTS_FILE}; pgrep -af dnsmasq/net-it"),
        predicted_hosts=check("network", **moved),
        unmoved=shell(HOSTS_FILE),
        hosts=task("network", **moved),
        hosts_again=task("network", **moved),
        moved=shell(HOSTS_FILE),
        renamed=task("network", **other),
        waits=task("network", **other),
        fewer=task("network", **_hosts(WEB2), remove_unmanaged=["hosts"]),
        left=shell(f"{HOSTS_FILE}; virsh net-dumpxml --inactive net-it"),
        stopped=task("network", name="net-it", state="inactive"),
        started=task("network", **other, state="active"),
        ended=task("network", name="net-it", state="absent"),
        gone=task("network", name="net-it", state="absent"),
        known=shell("virsh -q net-list --all --name"),
    )
    assert seen["before"]["stdout"] == seen["between"]["stdout"]
    assert verbs(seen["made"]) == ["define", "set_autostart", "start"]
    assert seen["predicted"]["actions"] == seen["made"]["actions"]
    assert seen["predicted"]["diff"] == seen["made"]["diff"]
    network = seen["made"]["network"]
    assert network["addresses"][0] == {"family": "ipv4", **NET["addresses"][0]}
    assert network["addresses"][1] == {"family": "ipv6", **NET["addresses"][1]}
    assert (network["mode"], network["state"], network["autostart"]) == ("nat", "active", True)
    assert network["bridge"].startswith("virbr")
    assert not seen["again"]["changed"]
    assert f"{WEB1['mac']},{WEB1['ip']},web1" in seen["server"]["stdout"]

    assert seen["predicted_hosts"]["actions"] == seen["hosts"]["actions"]
    assert WEB2["mac"] not in seen["unmoved"]["stdout"]
    assert verbs(seen["hosts"]) == ["update_network", "update_network"]
    assert seen["hosts"]["restart_required"] == []
    assert not seen["hosts_again"]["changed"]
    assert f"{WEB1['mac']},198.18.7.31,web1" in seen["moved"]["stdout"]
    assert f"{WEB2['mac']},{WEB2['ip']},web2" in seen["moved"]["stdout"]

    assert verbs(seen["renamed"]) == ["define"]
    assert seen["renamed"]["restart_required"] == ["domain"]
    assert not seen["waits"]["changed"]
    assert seen["waits"]["restart_required"] == ["domain"]
    assert verbs(seen["fewer"]) == ["update_network"]
    assert WEB1["mac"] not in seen["left"]["stdout"]
    assert WEB2["mac"] in seen["left"]["stdout"]
    assert network["uuid"] in seen["left"]["stdout"]
    assert network["bridge"] in seen["left"]["stdout"]

    assert verbs(seen["stopped"]) == ["stop"]
    assert verbs(seen["started"]) == ["start"]
    assert seen["started"]["restart_required"] == []
    assert verbs(seen["ended"]) == ["stop", "undefine"]
    assert not seen["gone"]["changed"]
    assert "net-it" not in seen["known"]["stdout_lines"]


def test_bad_input_touches_nothing(lab: Any, tmp_path: Path) -> None:
    one = {"name": "net-one", "mode": "isolated", "bridge": "br-one"}
    subnet = {"address": "198.18.8.1", "prefix": 24}
    wide = [{"address": "198.18.0.1", "prefix": 16}]
    outside = [{**subnet, "dhcp": {"hosts": [{**WEB1, "ip": "198.18.9.9"}]}}]
    twice = [{**subnet, "dhcp": {"hosts": [WEB1, WEB1]}}]
    here = f"addresses[198.18.8.1].dhcp.hosts[{WEB1['mac']}]"
    bad = {
        "parent": (task("network", name=".."), "name"),
        "less": (check("network", name="a<b"), "name"),
        "lines": (task("network", name="a\nb"), "name"),
        "mode": (task("network", name="a", mode="bogus"), "value of mode must be one of"),
        "nothing": (check("network", name="a"), "addresses"),
        "outside": (task("network", name="a", addresses=outside), f"{here}.ip"),
        "twice": (task("network", name="a", addresses=twice), here),
        "bridge": (task("network", name="a", mode="isolated", bridge="br-one"), "bridge"),
        "overlap": (
            check("network", name="a", addresses=wide, state="active"),
            "addresses[198.18.0.1]",
        ),
    }
    tasks = {name: one for name, (one, _option) in bad.items()}
    seen = play(
        lab,
        tmp_path,
        one=task("network", **one, addresses=[subnet], state="active"),
        before=picture(),
        **tasks,
        after=picture(),
        end=task("network", name="net-one", state="absent"),
    )
    for name, (_task, option) in bad.items():
        if name == "mode":
            assert option in seen[name]["msg"]
        else:
            refused(seen[name], option)
    assert seen["before"]["stdout"] == seen["after"]["stdout"]
    assert verbs(seen["end"]) == ["stop", "undefine"]
