# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What vm_power does in which state, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import FakeNode
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.power.plan import POWER_DEED
from ansible_collections.vmrt.libvirt.plugins.module_utils.model import keys
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.power import OPERATIONS
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from tests.unit.support import deeds, play

FILE = {"path": "/var/lib/libvirt/images/web1.out"}
NEEDS: dict[str, dict[str, Any]] = {
    "sleep": {"target": "mem"},
    "send_keys": {"keys": ["KEY_A"]},
    "screenshot": FILE,
    "dump": FILE,
}
# What each operation does to a vm that runs, is paused, sleeps, is off, and is off and saved.
STATES = ("running", "paused", "pmsuspended", "shutoff", "saved")
TABLE = {
    "reboot": ("reboot", None, None, None, None),
    "reset": ("reset", "reset", "reset", None, None),
    "suspend": ("suspend", "", None, None, None),
    "resume": ("", "resume", "resume", None, None),
    "save": ("save", "save", "save", None, ""),
    "remove_save": ("", "", "", "", "remove_save"),
    "sleep": ("sleep", None, "", None, None),
    "wake_up": ("", None, "resume", None, None),
    "inject_nmi": ("inject_nmi", "inject_nmi", "inject_nmi", None, None),
    "send_keys": ("send_keys", "send_keys", "send_keys", None, None),
    "screenshot": ("screenshot", "screenshot", "screenshot", None, None),
    "dump": ("dump", "dump", "dump", None, None),
}
CASES = [
    (operation, state, does) for operation, row in TABLE.items() for state, does in zip(STATES, row)
]


@pytest.fixture
def made() -> FakeNode:
    node = play.node()
    play.converge(node, state="running", graphics=[{"type": "vnc"}])
    if play.live(node).find("devices/video") is None:
        video = play.live(node).makeelement("video")
        video.append(video.makeelement("model", {"type": "vga"}))
        play.live(node).find("devices").append(video)
    return node


def put(made: FakeNode, state: str) -> None:
    vm = made.vms["web1"]
    vm.state = "shutoff" if state == "saved" else state
    vm.saved = state == "saved"
    if vm.state == "shutoff":
        vm.live = None


def test_every_operation_is_in_the_table():
    assert set(TABLE) == set(OPERATIONS)


@pytest.mark.parametrize(("operation", "state", "does"), CASES)
def test_what_is_done_in_which_state(made: FakeNode, operation: str, state: str, does: str | None):
    put(made, state)
    options = {"operation": operation, **NEEDS.get(operation, {})}
    if does is None:
        with pytest.raises(VmrtError) as error:
            deeds.foresee(made, POWER_DEED, **options)
        assert error.value.option == "operation"
        assert f"the vm 'web1' is {made.vms['web1'].state}" in str(error.value)
        return
    planned, _found = deeds.do(made, POWER_DEED, **options)
    assert play.verbs(planned) == [does] * bool(does)
    told = POWER_DEED.report(FakeObserver(made), {"name": "web1"})
    assert dict(planned.after) == told


def test_a_vm_that_is_not_there_is_told(made: FakeNode):
    with pytest.raises(VmrtError, match=r"there is no vm 'web2'\. The node has: web1"):
        deeds.foresee(made, POWER_DEED, name="web2", operation="reset")


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"operation": "reset", "delay": 3}, "delay"),
        ({"operation": "reboot", "mode": "signal"}, "mode"),
        ({"operation": "send_keys"}, "keys"),
        ({"operation": "send_keys", "keys": ["KEY_NONE"]}, "keys"),
        ({"operation": "send_keys", "keys": ["KEY_A"], "codeset": "usb"}, "keys"),
        ({"operation": "send_keys", "keys": ["1"] * 17}, "keys"),
        ({"operation": "send_keys", "text": "grün"}, "text"),
        ({"operation": "screenshot", "path": "/nowhere/web1.png"}, "path"),
        ({"operation": "screenshot", **FILE, "screen": 1}, "screen"),
        ({"operation": "dump", **FILE, "format": "kdump-zlib"}, "format"),
    ],
)
def test_what_can_not_be_is_refused(made: FakeNode, options: dict[str, Any], option: str):
    with pytest.raises(VmrtError) as error:
        deeds.foresee(made, POWER_DEED, **options)
    assert error.value.option == option


def test_a_guest_without_an_agent_is_not_asked(made: FakeNode):
    for channel in play.live(made).findall("devices/channel"):
        channel.getparent().remove(channel)
    for options in (
        {"operation": "reboot", "mode": "agent"},
        {"operation": "sleep", "target": "mem"},
    ):
        with pytest.raises(VmrtError, match="no channel to a guest agent"):
            deeds.foresee(made, POWER_DEED, **options)


def test_a_reboot_is_waited_for_unless_it_is_said(made: FakeNode):
    made.deaf.add("web1")
    with pytest.raises(VmrtError, match="did not reboot"):
        deeds.do(made, POWER_DEED, operation="reboot")
    deeds.do(made, POWER_DEED, operation="reboot", wait=False)


def test_keys_reach_the_keyboard(made: FakeNode):
    wanted = ["KEY_LEFTCTRL", "key_leftalt", "111"]
    deeds.do(made, POWER_DEED, operation="send_keys", keys=wanted)
    assert made.done[-1].chords == [[29, 56, 111]]
    deeds.do(made, POWER_DEED, operation="send_keys", text="aB!\n")
    assert list(made.done[-1].chords) == [(30,), (42, 48), (42, 2), (28,)]
    assert "chords" not in made.done[-1].describe()


def test_keys_have_the_codes_of_linux():
    known = {"ESC": 1, "ENTER": 28, "SPACE": 57, "F12": 88, "DELETE": 111, "COMPOSE": 127}
    assert {name: keys.CODES[f"KEY_{name}"] for name in known} == known


def test_a_text_of_all_printable_characters_can_be_typed():
    text = "".join(map(chr, range(32, 127)))
    assert len(set(keys.typed(text))) == len(text)
