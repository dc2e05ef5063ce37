# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What vm_guest does, and what is done already."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_agent import FakeAgent
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import FakeNode
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.guest import agent
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.guest.plan import GUEST_DEED
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.guest import OPERATIONS
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import (
    Refused,
    VmrtError,
)
from tests.unit.support import deeds, play

KEYS = ["ssh-ed25519 AAAA one", "ssh-ed25519 AAAB two"]
# An operation, and what it then finds done; None of those that only happen.
DONE: list[tuple[dict[str, Any], str]] = [
    ({"operation": "write_file", "path": "/a", "content": "x"}, "guest_write"),
    ({"operation": "authorized_keys", "user": "root", "keys": KEYS}, "guest_keys"),
    ({"operation": "freeze"}, "guest_freeze"),
    ({"operation": "set_time"}, "guest_time"),
    ({"operation": "exec", "argv": ["make"], "removes": "/made"}, "guest_exec"),
]


@pytest.fixture
def guest() -> FakeAgent:
    def made(*_words: object) -> tuple[int, bytes, bytes]:
        return 0, b"", b""

    return FakeAgent(
        outputs={"make": made(), "bad": (3, b"out\xff", b"err"), "killed": (-9, b"", b"")},
        offset=-500,
    )


@pytest.fixture
def made(guest: FakeAgent) -> FakeNode:
    node = play.node()
    play.converge(node, state="running")
    node.agents["web1"] = guest
    return node


@pytest.mark.parametrize(("options", "verb"), DONE[:-1])
def test_what_is_done_is_not_done_again(made: FakeNode, options: dict[str, Any], verb: str):
    planned, _found = deeds.do(made, GUEST_DEED, **options)
    assert play.verbs(planned) == [verb]
    assert planned.before != planned.after
    assert play.verbs(deeds.foresee(made, GUEST_DEED, **options)) == []


@pytest.mark.parametrize("operation", ["ping", "info", "file_systems", "get_time", "thaw"])
def test_what_only_looks_changes_nothing(made: FakeNode, operation: str):
    planned, _found = deeds.do(made, GUEST_DEED, operation=operation)
    assert not planned.changed


def test_a_guest_tells_what_it_is(made: FakeNode):
    _planned, found = deeds.do(made, GUEST_DEED, operation="info")
    told = found["info"]
    assert (told["os"], told["os_version"], told["agent_version"]) == ("debian", "12", "7.2.22")
    assert told["users"] == ["debian"]
    assert told["hostname"] is None
    assert "guest-exec" in told["commands"]
    _planned, found = deeds.do(made, GUEST_DEED, operation="file_systems")
    (root,) = found["file_systems"]
    assert (root["mountpoint"], root["serials"]) == ("/", ["root"])
    _planned, found = deeds.do(made, GUEST_DEED, operation="get_time")
    assert abs(found["offset"] + 500) < 2


def test_a_command_runs_and_tells(made: FakeNode, guest: FakeAgent):
    options = {"argv": ["make", "a b"], "environment": {"A": 1}, "stdin": "in"}
    planned, found = deeds.do(made, GUEST_DEED, operation="exec", **options)
    assert play.verbs(planned) == ["guest_exec"]
    assert found["rc"] == 0
    (ran,) = guest.ran
    assert (ran["arg"], ran["env"]) == (["a b"], ["A=1"])
    assert base64.b64decode(ran["input-data"]) == b"in"
    deeds.do(made, GUEST_DEED, operation="exec", command="make 'c d' e")
    assert guest.ran[-1]["arg"] == ["c d", "e"]
    assert "env" not in guest.ran[-1]
    assert GUEST_DEED.verdict(found) is None


def test_a_command_that_fails_is_a_failure(made: FakeNode):
    made.agents["web1"].outputs["bad"] = (3, b"out", b"err")
    _planned, found = deeds.do(made, GUEST_DEED, operation="exec", command="bad")
    assert (found["rc"], found["stdout"], found["stderr"]) == (3, "out", "err")
    assert "ended with 3" in (GUEST_DEED.verdict(found) or "")
    _planned, found = deeds.do(made, GUEST_DEED, operation="exec", command="killed")
    assert found["rc"] == 137


def test_a_command_is_not_run_in_vain(made: FakeNode, guest: FakeAgent):
    guest.files["/made"] = b""
    created = {"operation": "exec", "argv": ["make"], "creates": "/made"}
    removed = {"operation": "exec", "argv": ["make"], "removes": "/gone"}
    for options in (created, removed):
        planned, found = deeds.do(made, GUEST_DEED, **options)
        assert not planned.changed
        assert (found["rc"], found["stdout"][:7]) == (0, "not run")
    assert deeds.foresee(made, GUEST_DEED, **{**removed, "removes": "/made"}).changed
    assert guest.ran == []


def test_files_are_read_and_written_as_they_are(made: FakeNode, guest: FakeAgent):
    content = bytes(range(256)) * 9000
    deeds.do(
        made,
        GUEST_DEED,
        operation="write_file",
        path="/a",
        content_base64=base64.b64encode(content).decode(),
    )
    assert guest.files["/a"] == content
    _planned, found = deeds.do(made, GUEST_DEED, operation="read_file", path="/a")
    assert base64.b64decode(found["file_base64"]) == content
    assert "file_text" not in found
    guest.files["/b"] = "grün".encode()
    _planned, found = deeds.do(made, GUEST_DEED, operation="read_file", path="/b")
    assert found["file_text"] == "grün"


def test_the_content_of_a_file_is_not_shown(made: FakeNode, guest: FakeAgent):
    guest.files["/a"] = b"old secret"
    options = {"operation": "write_file", "path": "/a", "content": "new secret!"}
    planned = deeds.foresee(made, GUEST_DEED, **options)
    shown = str([planned.before, planned.after, planned.actions, planned.actions[0].describe()])
    assert "secret" not in shown
    assert planned.before["size"] == 10


def test_keys_are_added_removed_and_kept_alone(made: FakeNode, guest: FakeAgent):
    user = {"operation": "authorized_keys", "user": "root"}
    guest.keys["root"] = [KEYS[0], "other"]
    deeds.do(made, GUEST_DEED, **user, keys=KEYS)
    assert guest.keys["root"] == [KEYS[0], "other", KEYS[1]]
    deeds.do(made, GUEST_DEED, **user, keys=KEYS[:1], key_state="absent")
    assert guest.keys["root"] == ["other", KEYS[1]]
    planned, found = deeds.do(made, GUEST_DEED, **user, keys=KEYS, exclusive=True)
    assert sorted(guest.keys["root"]) == KEYS
    assert found["authorized_keys"] == ["other", KEYS[1]]
    assert planned.after["keys"] == [KEYS[1], KEYS[0]]


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"operation": "ping", "user": "root"}, "user"),
        ({"operation": "exec"}, "argv"),
        ({"operation": "exec", "argv": []}, "argv"),
        ({"operation": "exec", "command": "'"}, "command"),
        ({"operation": "write_file", "path": "/a"}, "content"),
        ({"operation": "write_file", "path": "/a", "content_base64": "&"}, "content_base64"),
        ({"operation": "read_file", "path": "/gone"}, "path"),
        ({"operation": "read_file", "path": "/long", "max_size": "1MiB"}, "path"),
        ({"operation": "authorized_keys", "user": "nobody", "keys": KEYS}, "user"),
        ({"operation": "authorized_keys", "user": "root", "keys": ["a\nb"]}, "keys"),
    ],
)
def test_what_can_not_be_is_refused(
    made: FakeNode, guest: FakeAgent, options: dict[str, Any], option: str
):
    guest.files["/long"] = bytes(2**20 + 1)
    with pytest.raises(VmrtError) as error:
        deeds.foresee(made, GUEST_DEED, **options)
    assert error.value.option == option


def test_a_guest_that_is_not_there_is_not_asked(made: FakeNode):
    for state in ("paused", "stopped"):
        play.converge(made, state=state)
        with pytest.raises(VmrtError, match="only a running guest answers"):
            deeds.foresee(made, GUEST_DEED, operation="ping")
    del made.agents["web1"]
    play.converge(made, state="running")
    for operation in OPERATIONS:
        given = {"name": "web1", "operation": operation, "user": "u", "password": "p"}
        given |= {"path": "/a", "content": "", "keys": KEYS, "argv": ["a"], "mountpoints": ["/"]}
        fits = (*OPERATIONS[operation].needs, *OPERATIONS[operation].takes)
        given = {name: given[name] for name in given if name in (*fits, "name", "operation")}
        with pytest.raises(VmrtError, match="does not answer"):
            deeds.foresee(made, GUEST_DEED, **given)


def test_an_observer_asks_only_what_reads(made: FakeNode):
    for command, arguments in (
        ("guest-exec", {"path": "make"}),
        ("guest-file-open", {"path": "/a", "mode": "w"}),
        ("guest-shutdown", {}),
    ):
        with pytest.raises(VmrtError, match="does more than to read"):
            FakeObserver(made).agent("web1", command, arguments)


def test_a_command_that_does_not_end_is_told(guest: FakeAgent):
    guest.outputs["sleep"] = None
    with pytest.raises(agent.StillRunning, match="runs on"):
        agent.execute(guest, ["sleep"], timeout=0)


def test_a_long_input_goes_through_a_file(guest: FakeAgent):
    guest.outputs |= {"mktemp": (0, b"/tmp/a\n", b""), "/bin/sh": (0, b"", b"")}
    content = bytes(agent.WRITE + 1)
    agent.execute(guest, ["make", "a b"], timeout=0, stdin=content)
    assert guest.files["/tmp/a"] == content
    assert guest.ran[-1]["path"] == "/bin/sh"
    assert guest.ran[-1]["arg"][2:] == ["/tmp/a", "make", "a b"]
    assert "input-data" not in guest.ran[-1]


def disk_of(guest: FakeAgent, kind: str, *, disk: int, size: int, length: int) -> None:
    """Give the guest a disk with a partition behind which there may be room, in MiB."""
    block = "/sys/class/block/vda2"
    files = {
        f"{block}/partition": 2,
        f"{block}/start": 131072,
        f"{block}/size": size * 2048,
        f"{block}/../size": disk * 2048,
        f"{block}/../uevent": "MAJOR=254\nMINOR=0\nDEVNAME=vda\nDEVTYPE=disk",
        "/sys/class/block/vda1/start": 2048,
        "/proc/partitions": "major minor  #blocks  name\n\n 254 0 1 vda\n 254 1 1 vda1\n"
        " 254 2 1 vda2\n 254 16 1 vdb\n 11 0 1 sr0",
    }
    guest.files |= {path: f"{content}\n".encode() for path, content in files.items()}
    head = bytearray(4096)
    if kind == "xfs":
        head[4:8], head[96:100] = (4096).to_bytes(4, "big"), (2560).to_bytes(4, "big")
    else:
        head[1028:1032] = (length * 256).to_bytes(4, "little")
        head[1048:1052] = (2).to_bytes(4, "little")
    guest.files["/dev/vda2"] = bytes(head)
    # What it says of its size is without what it keeps for itself.
    kept = 10 if kind == "xfs" else length // 20
    guest.mounted = [
        {
            "name": "vda2",
            "mountpoint": "/",
            "type": kind,
            "total-bytes": (length - kept) * 2**20,
        }
    ]


ROOT = {"operation": "grow_file_systems", "mountpoints": ["/"]}


@pytest.mark.parametrize(
    ("kind", "tool"), [("ext4", ["resize2fs", "/dev/vda2"]), ("xfs", ["xfs_growfs", "/"])]
)
def test_a_file_system_grows_with_its_disk(made: FakeNode, guest: FakeAgent, kind: str, tool: Any):
    guest.outputs |= {"growpart": (0, b"CHANGED", b""), tool[0]: (0, b"", b"")}
    disk_of(guest, kind, disk=5120, size=4032, length=4032)
    planned, _found = deeds.do(made, GUEST_DEED, **ROOT)
    (step,) = planned.actions
    assert (step.describe()["device"], step.describe()["partition"]) == ("vda2", 2)
    assert (planned.before, planned.after) == ({"/": "4032MiB"}, {"/": "5056MiB"})
    assert [[ran["path"], *ran["arg"]] for ran in guest.ran] == [
        ["growpart", "/dev/vda", "2"],
        tool,
    ]
    # It was ended after the partition had grown.
    disk_of(guest, kind, disk=5120, size=5055, length=4032)
    guest.ran.clear()
    planned, _found = deeds.do(made, GUEST_DEED, **ROOT)
    assert [[ran["path"], *ran["arg"]] for ran in guest.ran] == [tool]
    assert planned.after == {"/": "5055MiB"}
    disk_of(guest, kind, disk=5120, size=5055, length=5054)
    assert not deeds.foresee(made, GUEST_DEED, **ROOT).changed


def test_a_partition_ends_where_the_next_begins(made: FakeNode, guest: FakeAgent):
    disk_of(guest, "ext4", disk=5120, size=4032, length=4032)
    guest.files["/proc/partitions"] += b" 254 3 1 vda3\n"
    guest.files["/sys/class/block/vda3/start"] = b"%d\n" % (131072 + 4032 * 2048)
    assert not deeds.foresee(made, GUEST_DEED, **ROOT).changed


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"mountpoint": "/home"}, "has no file system at '/'"),
        ({"type": "zfs"}, "is of the type zfs"),
        ({"name": "dm-0"}, "is on 'dm-0', which is no plain disk"),
    ],
)
def test_what_can_not_grow_is_told(
    made: FakeNode, guest: FakeAgent, change: dict[str, str], said: str
):
    disk_of(guest, "ext4", disk=5120, size=4032, length=4032)
    guest.files["/sys/class/block/dm-0/uevent"] = b"DEVNAME=dm-0\n"
    guest.mounted = [{**guest.mounted[0], **change}]
    with pytest.raises(VmrtError, match=said) as error:
        deeds.foresee(made, GUEST_DEED, **ROOT)
    assert error.value.option == "mountpoints"


def test_growth_that_fails_is_told(made: FakeNode, guest: FakeAgent):
    disk_of(guest, "ext4", disk=5120, size=4032, length=4032)
    with pytest.raises(VmrtError, match="Is the package cloud-guest-utils in the guest"):
        deeds.do(made, GUEST_DEED, **ROOT)
    guest.outputs |= {"growpart": (1, b"NOCHANGE", b""), "resize2fs": (4, b"", b"no\troom")}
    with pytest.raises(VmrtError, match=r"'resize2fs /dev/vda2' ended with 4 in the guest: no"):
        deeds.do(made, GUEST_DEED, **ROOT)


@pytest.mark.parametrize("answer", [None, [], {}, "x", 1, {"pid": "x"}, {"buf-b64": 1}])
def test_what_a_guest_answers_can_be_anything(answer: Any):
    def ask(_command: str, _arguments: Any) -> Any:
        return answer

    for talk in (
        lambda: agent.execute(ask, ["a"], timeout=0),
        lambda: agent.read_file(ask, "/a", 100),
        lambda: agent.write_file(ask, "/a", iter([b"a"])),
    ):
        with pytest.raises(VmrtError, match="makes no sense"):
            talk()


def test_a_guest_that_writes_nothing_is_told():
    answers = {"guest-file-open": 1, "guest-file-write": {"count": 0}, "guest-file-close": {}}
    with pytest.raises(VmrtError, match="can not write"):
        agent.write_file(lambda command, _a: answers[command], "/a", iter([b"a"]))


def test_what_a_guest_refuses_names_an_option(made: FakeNode, monkeypatch: pytest.MonkeyPatch):
    def refuse(_self: Any, _command: str, _arguments: Any) -> Any:
        raise Refused("the guest's agent says: no")

    monkeypatch.setattr(FakeAgent, "__call__", refuse)
    with pytest.raises(Refused) as error:
        deeds.foresee(made, GUEST_DEED, operation="ping")
    assert str(error.value) == "operation: the guest's agent says: no."
