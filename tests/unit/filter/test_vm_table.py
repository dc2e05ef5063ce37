# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Vms as a table."""

from __future__ import annotations

import pytest

from ansible_collections.vmrt.libvirt.plugins.filter.vm_table import vm_table

NOW = 1_800_000_000
WEB = {
    "name": "web1",
    "state": "running",
    "node": "node1",
    "nics": [{"name": "a", "network": "net-a"}, {"name": "b", "bridge": "br0"}],
    "status": {
        "phase": "Running",
        "restarts": 2,
        "created": NOW - 300,
        "addresses": [
            {"nic": "a", "address": "198.51.100.21"},
            {"nic": "a", "address": "2001:db8::21"},
            {"nic": "a", "address": "fe80::1"},
        ],
    },
}


def test_columns_are_aligned() -> None:
    assert vm_table([WEB, {"name": "database", "state": "absent"}], now=NOW) == [
        "NAME       STATUS    RESTARTS   AGE",
        "web1       Running   2          5m",
        "database   Absent    -          -",
    ]


def test_wide_shows_where_a_vm_is() -> None:
    titles, row = vm_table([WEB], wide=True, now=NOW)
    assert titles.split() == ["NAME", "STATUS", "RESTARTS", "AGE", "NODE", "NETWORKS(IP)"]
    assert row.endswith("node1   net-a(198.51.100.21 2001:db8::21), br0(-)")


def test_no_vms_are_a_table_of_titles() -> None:
    assert vm_table([]) == ["NAME   STATUS   RESTARTS   AGE"]


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-5, "0s"),
        (0, "0s"),
        (119, "119s"),
        (120, "2m"),
        (7199, "119m"),
        (7200, "2h"),
        (172799, "47h"),
        (172800, "2d"),
        (86400 * 400, "400d"),
    ],
)
def test_ages(seconds: int, shown: str) -> None:
    assert (
        vm_table([{"name": "web1", "status": {"created": NOW - seconds}}], now=NOW)[1].split()[-1]
        == shown
    )


def test_a_vm_of_others_has_no_age() -> None:
    assert vm_table([{"name": "old", "status": {"phase": "Stopped"}}])[1].split() == [
        "old",
        "Stopped",
        "0",
        "-",
    ]


def test_no_name_commands_the_terminal() -> None:
    assert "\x1b" not in "".join(vm_table([{**WEB, "name": "a\x1b[2Jb\n"}]))
