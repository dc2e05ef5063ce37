# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action plugin: variables of hosts and answers of nodes become places."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleActionFail, AnsibleUndefinedVariable

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine import info
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.assign import (
    Assignment,
    assign,
)
from ansible_collections.vmrt.libvirt.plugins.plugin_utils.placing import Inventory
from tests.unit.support import play

TOLD = info.node(FakeObserver(play.node()), {})["node"]


class Vars(dict):
    """Variables of a host, of which some can not be known."""

    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name)
        if isinstance(value, Exception):
            raise value
        return value

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default


def placed(
    nodes: dict[str, Any],
    vms: dict[str, Any],
    answers: list[dict[str, Any]] | None = None,
    lost: tuple[str, ...] = (),
    batch: tuple[str, ...] = (),
) -> tuple[Assignment, dict[str, str]]:
    hosts = {name: Vars(variables, group_names=["vmrt_vms"]) for name, variables in vms.items()}
    inventory = Inventory(
        {
            "groups": {"vmrt_nodes": list(nodes), "vmrt_vms": list(vms)},
            "hostvars": {**hosts, **{name: Vars(one) for name, one in nodes.items()}},
            "ansible_play_batch": [*batch, *vms],
        }
    )
    if answers is None:
        answers = [{"item": name, "node": TOLD} for name in nodes]
    told = inventory.nodes(answers, list(lost))
    wanted = {name for name, variables in vms.items() if "vmrt_node" not in variables}
    declared, errors = inventory.vms(wanted)
    return assign(declared, told), errors


def test_variables_say_what_is_needed_and_what_there_is() -> None:
    nodes = {
        "node1": {"vmrt_hosting": {"labels": {"zone": "a"}, "cpu_overcommit": "0.5"}},
        "node2": {"vmrt_pools": [{"name": "fast"}], "vmrt_networks": [{"name": "dmz"}]},
    }
    vms = {
        "web1": {"vmrt_placement": {"node_selector": {"zone": "a"}}, "vmrt_vcpus": 3},
        "web2": {"vmrt_placement": {"node_selector": {"zone": "a"}}},
        "db1": {"vmrt_disks": [{"name": "root", "size": "1TiB", "pool": "fast"}]},
        "db2": {"vmrt_nics": [{"name": "lan", "network": "dmz"}], "vmrt_node": "node1"},
    }
    done, errors = placed(nodes, vms)
    assert errors == {}
    assert done.nodes == {"web1": "node1", "db1": "node2"}
    # The play also makes the one that names its node.
    assert "node1: of 4 CPUs 0 are free, and 1 needed." in str(done.errors["web2"])
    assert "node2: it has no label zone=a." in str(done.errors["web2"])


def test_a_vm_whose_variables_are_no_good_is_named_and_others_are_placed() -> None:
    vms = {
        "a": {"vmrt_memory": "4GB"},
        "b": {"vmrt_placement": {"strategy": "somewhere"}},
        "c": {"vmrt_disks": AnsibleUndefinedVariable("'vmrt_node' is undefined")},
        "d": {"vmrt_placement": {"anti_affinity": [{"required": True}]}},
        "e": {},
    }
    done, errors = placed({"node1": {}}, vms)
    assert done.nodes == {"e": "node1"}
    assert errors["a"].startswith("vmrt_memory: '4GB' is ambiguous")
    assert errors["b"].startswith("vmrt_placement.strategy: 'somewhere' is not one of spread, pack")
    assert errors["c"].startswith("vmrt_disks: 'vmrt_node' is undefined")
    assert errors["d"].startswith("vmrt_placement.anti_affinity: means no vms.")


def test_a_node_whose_variables_are_no_good_ends_it() -> None:
    with pytest.raises(
        AnsibleActionFail, match=r"node1: vmrt_hosting\.cpu_overcommit: 'much' is not a number"
    ):
        placed({"node1": {"vmrt_hosting": {"cpu_overcommit": "much"}}}, {"web1": {}})


def test_nodes_that_do_not_answer_are_told_from_those_that_are_none_yet() -> None:
    nodes: dict[str, Any] = {"node1": {}, "node2": {}}
    answered = {"item": "node1", "node": TOLD}
    away = {"item": "node2", "unreachable": True, "msg": "no route to host"}
    done, _errors = placed(nodes, {"web1": {}}, [answered, away])
    assert "node2: no route to host." in str(done.errors["web1"])
    done, _errors = placed(nodes, {"web1": {}}, [answered])
    assert "node2: it was not asked." in str(done.errors["web1"])
    done, _errors = placed(nodes, {"web1": {}}, [answered, away], lost=("node2",))
    assert done.nodes == {"web1": "node1"}
    done, _errors = placed(nodes, {"web1": {}}, [answered, {"item": "node2", "skipped": True}])
    assert done.unknown == ["web1"]


def test_a_vm_is_known_by_its_name_in_libvirt() -> None:
    there = {**TOLD, "vms": [{"name": "web-1", "vcpus": 1, "memory": "1GiB"}]}
    answers = [{"item": "node1", "node": TOLD}, {"item": "node2", "node": there}]
    vms = {
        "web1": {"vmrt_name": "web-1"},
        "web2": {"vmrt_placement": {"anti_affinity": [{"vms": ["web1"]}], "strategy": "pack"}},
    }
    done, _errors = placed({"node1": {}, "node2": {}}, vms, answers)
    assert done.nodes == {"web1": "node2", "web2": "node1"}


@pytest.mark.parametrize("cordoned", [True, "yes", "true"])
def test_nothing_is_placed_on_a_cordoned_node(cordoned: Any) -> None:
    nodes = {"node1": {"vmrt_cordoned": cordoned}, "node2": {"vmrt_cordoned": "false"}}
    done, _errors = placed(nodes, {"web1": {}, "web2": {}})
    assert done.nodes == {"web1": "node2", "web2": "node2"}
    with pytest.raises(AnsibleActionFail, match="node1: vmrt_cordoned: The value 'maybe'"):
        placed({"node1": {"vmrt_cordoned": "maybe"}}, {"web1": {}})


@pytest.mark.parametrize(
    ("variables", "uri"),
    [
        ({}, "qemu+ssh://root@node1/system"),
        ({"ansible_host": "192.0.2.1"}, "qemu+ssh://root@192.0.2.1/system"),
        ({"ansible_host": "2001:db8::1"}, "qemu+ssh://root@[2001:db8::1]/system"),
        ({"ansible_host": "x", "vmrt_peer_uri": "qemu+tls://a/system"}, "qemu+tls://a/system"),
    ],
)
def test_how_other_nodes_reach_a_node(variables: dict[str, Any], uri: str) -> None:
    groups = {"vmrt_nodes": ["node1"]}
    inventory = Inventory({"groups": groups, "hostvars": {"node1": Vars(variables)}})
    assert inventory.reached("node1") == uri
