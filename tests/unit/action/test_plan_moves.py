# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action plugin: a node is only drained if it is certain what is there."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.vmrt.libvirt.plugins.action.plan_moves import _drained
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.residents import Nodes
from tests.unit.support.placing import nodes


@pytest.mark.parametrize(
    ("node", "said"),
    [
        ("", "drain: no node is named. The group has: node1, node2, node3."),
        ("node9", "drain: 'node9' is no host of the group vmrt_nodes. The group has: node1, "),
        ("node2", "drain: node2 can not tell which vms it has: no route to host"),
        ("node3", "drain: node3 can not tell which vms it has: it does not run libvirt."),
    ],
)
def test_a_node_that_is_not_known_is_not_drained(node: str, said: str) -> None:
    told = Nodes(nodes(3), silent={"node2": "no route to host"}, bare=["node3"])
    with pytest.raises(AnsibleActionFail) as error:
        _drained(told, [], node)
    assert said in str(error.value)
    assert _drained(told, [], "node1") == []
