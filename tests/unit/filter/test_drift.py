# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is declared beside what is there, and how it is shown."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.vmrt.libvirt.plugins.filter.drift import drift
from ansible_collections.vmrt.libvirt.plugins.filter.drift_report import drift_report
from ansible_collections.vmrt.libvirt.plugins.filter.strays import strays

HOSTILE = "</td><script>alert(1)</script>\x1b[31m"
OURS = {"phase": "Running", "created": 1767225600}
CALM = {"changed": False, "phase": "Running"}


def vm(name: str, **options: Any) -> dict[str, Any]:
    return {"name": name, "vcpus": 2, "memory": "1GiB", "status": OURS, **options}


def said(
    node: str, vms: list[dict[str, Any]], outcome: dict[str, Any], **summary: Any
) -> dict[str, Any]:
    room = {
        "cpus": 8,
        "memory": "8GiB",
        "storage": [
            {"name": "a", "active": True, "capacity": "9GiB", "available": "3GiB"},
            {"name": "b", "active": False},
        ],
    }
    plan = {"outcome": outcome, "summary": summary}
    return {"node": node, "plan": plan, "vms": {"vms": vms}, "room": {"node": room}}


CHANGES = [
    {"option": "memory", "before": "1GiB", "after": "2GiB"},
    {"option": "autostart", "before": False, "after": True},
]
CHANGED = {"changes": CHANGES, "actions": [{"action": "define"}, {"action": "start"}]}
AWAY = {"msg": "no route", "unreachable": True}


def fleet() -> dict[str, Any]:
    """Hosts by their names: two nodes that answer, one that is away, and six declared vms."""
    first = said(
        "node1",
        [vm("web1"), vm("web2"), vm("moved1"), vm("old1"), vm("limited1"), vm("same1")],
        {
            "web1": CHANGED,
            "bad1": {"failed": True, "msg": HOSTILE},
            "same1": {**CALM, "restart_required": ["cpu.mode"]},
        },
        change=["web1"],
        failed=["bad1"],
    )
    first["plan"]["shared"] = {
        "pools": {
            "a": {"changed": True, "diff": {"before": {"state": "absent"}}},
            "b": {"changed": False},
        }
    }
    second = said("node2", [], {"moved1": {}}, create=["moved1"])
    placed = {"failures": {"homeless1": "no node has room"}}
    return {
        "node1": {"fleet_said": first, "fleet_placed": placed},
        "node2": {"fleet_said": second, "fleet_placed": placed},
        "node3": {"fleet_said": {"node": "node3", "plan": AWAY, "vms": AWAY, "room": AWAY}},
        "web1": {"vmrt_node": "node1"},
        "bad1": {"vmrt_node": "node1"},
        "limited1": {"vmrt_node": "node1"},
        "moved1": {"vmrt_node": "node2"},
        "same": {"vmrt_node": "node1", "vmrt_name": "same1"},
        "homeless1": {},
        "far1": {"vmrt_node": "node3"},
    }


DECLARED = ["web1", "bad1", "limited1", "moved1", "same", "homeless1", "far1"]


def told() -> dict[str, Any]:
    hosts = fleet()
    return drift(hosts, DECLARED, [name for name in hosts if name != "limited1"])


def test_each_vm_has_what_becomes_of_it() -> None:
    found = {(one["node"], one["name"]): (one["drift"], one["what"]) for one in told()["vms"]}
    assert found == {
        ("node1", "web1"): (
            "change",
            ["memory: 1GiB -> 2GiB", "autostart: false -> true", "start"],
        ),
        ("node1", "bad1"): ("failed", [HOSTILE]),
        ("node1", "web2"): ("undeclared", []),
        ("node1", "old1"): ("undeclared", []),
        ("node1", "limited1"): ("unknown", []),
        ("node1", "moved1"): ("elsewhere", ["it is declared on node2"]),
        ("node1", "same1"): ("same", ["waits for a restart: cpu.mode"]),
        ("node2", "moved1"): ("create", []),
        ("", "homeless1"): ("failed", ["no node has room"]),
    }
    assert [one["drift"] for one in told()["vms"]][:2] == ["failed", "failed"]


def test_nodes_have_their_room_and_totals_add_up() -> None:
    found = told()
    first, _second, third = found["nodes"]
    gib = 2**30
    assert (first["cpus"], first["vcpus"]) == (8, 12)
    assert (first["memory"], first["memory_used"]) == (8 * gib, 6 * gib)
    assert first["storage"] == [
        {"pool": "a", "capacity": 9 * gib, "used": 6 * gib, "provisioned": 0}
    ]
    assert first["shared"] == [{"thing": "pool a", "drift": "create", "what": []}]
    assert third["away"] == "no route"
    totals = found["totals"]
    assert (totals["nodes"], totals["away"], totals["vms"]) == (3, 1, 9)
    assert (totals["undeclared"], totals["failed"], totals["shared"]) == (2, 2, 1)
    assert found["drift"] is True


def test_what_is_as_declared_is_no_drift() -> None:
    hosts = {
        "node1": {"fleet_said": said("node1", [vm("web1")], {"web1": CALM})},
        "web1": {"vmrt_node": "node1"},
    }
    found = drift(hosts, ["web1"], list(hosts))
    assert found["drift"] is False
    assert drift_report(found)[0] == "1 vms on 1 nodes: 1 same"


def test_the_text_commands_no_terminal() -> None:
    lines = drift_report(told())
    assert lines[0].startswith("9 vms on 3 nodes: 2 failed, 1 create, 1 change, 1 elsewhere")
    assert any("memory: 1GiB -> 2GiB; autostart: false -> true; start" in line for line in lines)
    assert "\x1b" not in "".join(lines)
    assert not any("limited1" in line or "same1" in line for line in lines)


class Page(HTMLParser):
    """What a browser would see of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.outside: list[str] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        self.outside += [value for name, value in attrs if name in ("src", "href") and value]
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_needs_nothing_else_and_runs_nothing_else() -> None:
    text = drift_report(told(), "html", now=0)
    page = Page(text)
    assert not page.open
    assert page.tags.count("script") == 1, "what a vm says of itself became a script"
    assert not page.outside
    assert "http" not in text.replace("http-equiv", "")
    assert "1970-01-01 00:00 UTC" in text
    assert text.count('data-drift="') == 9
    assert 'style="width: 66.7%"' in text


def test_an_unknown_form_is_told() -> None:
    with pytest.raises(AnsibleFilterError, match="'pdf' is not one of text, html"):
        drift_report(told(), "pdf")


def test_strays_are_ours_and_declared_nowhere() -> None:
    hosts: dict[str, Any] = {"web1": {}, "db": {"vmrt_name": "db1"}}
    vms = [
        vm("web1"),
        vm("db1"),
        vm("old1", labels={"fleet": "shop"}),
        vm("old2"),
        # Somebody else made it.
        vm("adopted1", status={"phase": "Running"}, labels={"fleet": "shop"}),
        vm("db"),
    ]
    names = [one["name"] for one in strays(hosts, ["web1", "db"], vms)]
    assert names == ["old1", "old2", "db"]
    assert strays(hosts, ["web1", "db"], vms, {"fleet": "shop"}) == [{"name": "old1"}]


def test_nothing_declared_is_no_reason_to_remove_everything() -> None:
    with pytest.raises(AnsibleFilterError, match="the inventory declares no vm"):
        strays({}, [], [vm("old1")])
