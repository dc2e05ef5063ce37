# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What later tasks of a play will find on a node."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.filter.foreseen import foreseen
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.common import COMMON
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import normalise


def test_it_is_the_option_of_the_modules() -> None:
    told = foreseen(
        {
            "pools": [{"name": "fleet", "target": "/srv/fleet"}, {"name": "other"}],
            "networks": [{"name": "lan", "mode": "nat"}],
            "images": [{"name": "a.qcow2", "pool": "fleet"}, {"name": "b.qcow2"}],
        }
    )
    assert told == {
        "networks": ["lan"],
        "pools": [
            {"name": "fleet", "target": "/srv/fleet"},
            {"name": "other", "target": "/var/lib/libvirt/images/other"},
        ],
        "volumes": [{"pool": "fleet", "name": "a.qcow2"}, {"pool": "default", "name": "b.qcow2"}],
    }
    assert normalise(COMMON, {"foreseen": told})["foreseen"] == told


def test_what_is_not_started_is_not_foreseen() -> None:
    for state in ("present", "inactive"):
        idle = [{"name": "x", "state": state}]
        assert foreseen({"pools": idle, "networks": idle}) == foreseen({})
    started = [{"name": "x", "state": "active"}]
    assert foreseen({"networks": started})["networks"] == ["x"]


def test_what_goes_is_not_foreseen() -> None:
    gone = [{"name": "x", "state": "absent"}]
    assert foreseen({"pools": gone, "networks": gone, "images": gone}) == foreseen({})
