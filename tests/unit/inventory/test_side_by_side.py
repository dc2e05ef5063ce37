# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nodes and agents that hang hold up nothing."""

from __future__ import annotations

import os
import threading
import time
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.plugin_utils.survey.node import ask_agents
from ansible_collections.vmrt.libvirt.plugins.plugin_utils.survey.side_by_side import ask_each


def ask(how: str) -> Any:
    """A node, as its process sees it."""
    if how == "hang":
        # What is held up in a thread does not hold up the end of the process either.
        threading.Thread(target=time.sleep, args=(3600,)).start()
        time.sleep(3600)
    if how == "away":
        raise VmrtError("no route", option="uri")
    if how == "die":
        os._exit(1)
    if how == "slip":
        raise KeyError("name")
    return {"pid": os.getpid(), "how": how}


def test_each_node_has_a_time_of_its_own() -> None:
    start = time.monotonic()
    hows = ("hang", "well", "away", "die", "slip")
    told = ask_each(ask, {one: one for one in hows}, seconds=1, at_once=5)
    assert time.monotonic() - start < 3
    assert list(told) == list(hows)
    assert told["well"].value["how"] == "well"
    assert told["well"].value["pid"] != os.getpid()
    assert told["hang"].trouble == "it did not answer within 1 s"
    assert told["away"].trouble == "uri: no route."
    assert told["die"].trouble == "reading it ended without an answer"
    assert told["slip"].trouble == "KeyError: 'name'"


def test_few_at_a_time_are_all_asked() -> None:
    told = ask_each(ask, {str(number): "well" for number in range(9)}, seconds=30, at_once=2)
    assert len({one.value["pid"] for one in told.values()}) == 9


class Agents:
    """A node whose agents hang, but some."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def addresses(self, vm: str, sources: tuple[str, ...]) -> list[dict[str, Any]]:
        assert sources == ("agent",)
        self.asked.append(vm)
        if vm.startswith("hung"):
            threading.Event().wait(30)
        if vm.startswith("gone"):
            raise VmrtError("there is no such vm")
        return [{"address": "192.0.2.7", "source": "agent"}]


def test_fifty_agents_that_hang_cost_what_one_costs() -> None:
    node = Agents()
    names = ["well1", "gone1", *(f"hung{number}" for number in range(50))]
    start = time.monotonic()
    told = dict(ask_agents(lambda: node, names, 1))
    assert time.monotonic() - start < 2
    assert told["well1"][0]["address"] == "192.0.2.7"
    assert told["gone1"] == []
    assert not [name for name in told if name.startswith("hung")]


def test_no_agent_is_asked_where_there_is_no_time() -> None:
    node = Agents()
    assert not list(ask_agents(lambda: node, ["well1"], 0))
    assert not node.asked
