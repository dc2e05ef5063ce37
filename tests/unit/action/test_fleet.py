# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet on its way to the node."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.action import fleet

VMS = [{"name": f"web{number}", "memory": "1GiB"} for number in range(10)]
SIZE = len(json.dumps(VMS[0]))


def test_a_fleet_that_fits_is_sent_as_it_is():
    assert list(fleet.chunks(VMS, fleet.PAYLOAD)) == [VMS]
    assert list(fleet.chunks([], fleet.PAYLOAD)) == [[]]
    assert list(fleet.chunks(None, fleet.PAYLOAD)) == [None]


def test_a_larger_one_is_sent_in_parts_and_nothing_is_lost():
    for limit in (1, SIZE, 3 * SIZE, 9 * SIZE):
        parts = list(fleet.chunks(VMS, limit))
        assert [vm for part in parts for vm in part] == VMS
        assert len(parts) > 1
        assert all(len(part) == 1 or len(json.dumps(part)) <= limit + 40 for part in parts)


def test_what_vms_share_travels_once():
    args = {
        "uri": "test:///default",
        "pools": [{"name": "p", "target": "/srv/p", "state": "active"}],
        "networks": [{"name": "n", "state": "active"}, {"name": "idle"}],
        "foreseen": {"networks": ["m"], "files": ["/srv/a.iso"]},
        "vms": VMS,
    }
    assert fleet.later(args, VMS[5:]) == {
        "uri": "test:///default",
        "vms": VMS[5:],
        "foreseen": {
            "networks": ["m", "n"],
            "pools": [{"name": "p", "target": "/srv/p"}],
            "volumes": [],
            "files": ["/srv/a.iso"],
        },
    }


def told(names: str, **more: Any) -> dict[str, Any]:
    return {
        "changed": False,
        "outcome": {name: {"changed": False} for name in names},
        "summary": {"create": list(names), "unchanged": 1},
        "diff": [{"prepared": names}],
        **more,
    }


def test_several_results_become_one():
    total = fleet.merged([told("ab"), told("c", changed=True, failed=True, msg="c failed.")])
    assert total["changed"]
    assert total["failed"]
    assert total["msg"] == "c failed."
    assert list(total["outcome"]) == ["a", "b", "c"]
    assert total["summary"] == {"create": ["a", "b", "c"], "unchanged": 2}
    assert total["diff"] == [{"prepared": "ab"}, {"prepared": "c"}]


def test_a_node_that_goes_away_is_told():
    lost = {"unreachable": True, "failed": True, "msg": "No route to host."}
    assert fleet.merged([lost]) == lost
    total = fleet.merged([told("ab"), lost])
    assert total["unreachable"]
    assert list(total["outcome"]) == ["a", "b"]


def test_the_outcome_of_one_is_a_result():
    assert fleet.outcome({"changed": True, "phase": "Running"})["changed"]
    assert fleet.outcome({"failed": True, "msg": "why"})["msg"] == "why"
    assert fleet.outcome({})["failed"]
