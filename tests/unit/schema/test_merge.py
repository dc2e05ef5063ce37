# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Declarations that rest on others."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.merge import merge

BELOW = {
    "memory": 1,
    "labels": {"role": "web"},
    "cpu": {"mode": "custom", "model": "Nehalem"},
    "disks": [
        {"name": "root", "image": "web-root.qcow2", "size": 10, "cache": "none"},
        {"name": "data", "size": 5},
    ],
}


def test_what_is_said_goes_before_what_lies_below():
    assert merge(VM, BELOW, {}) == BELOW
    both = merge(VM, BELOW, {"memory": 2, "labels": {"a": "b"}, "cpu": {"model": "Haswell"}})
    assert (both["memory"], both["labels"]) == (2, {"a": "b"})
    assert both["cpu"] == {"mode": "custom", "model": "Haswell"}
    assert both["disks"] == BELOW["disks"]


def test_things_of_a_list_are_one_where_their_names_are():
    extra = {"name": "logs", "size": 1}
    both = merge(VM, BELOW, {"disks": [extra, {"name": "root", "size": 20}]})
    assert both["disks"] == [
        {"name": "root", "image": "web-root.qcow2", "size": 20, "cache": "none"},
        {"name": "data", "size": 5},
        extra,
    ]
    absent = {"name": "data", "state": "absent"}
    assert merge(VM, BELOW, {"disks": [absent]})["disks"][1] == absent


def test_what_can_not_be_beside_it_goes():
    both = merge(VM, BELOW, {"disks": [{"name": "root", "path": "/dev/sdb"}]})
    assert both["disks"][0] == {"name": "root", "path": "/dev/sdb", "cache": "none"}
