# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resources as Ansible modules: what they are given, and what they return."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils import basic

from ansible_collections.vmrt.libvirt.plugins.module_utils import connection, module
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver import (
    binding,
    fake_observer,
    libvirt_define,
    libvirt_live,
    libvirt_observer,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_agent import FakeAgent
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_host import FakeHost
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import FakeNode
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.parts import part_for
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine import actions, facts, info
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.guest.plan import GUEST_DEED
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.power.plan import POWER_DEED
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.resource import VM_RESOURCE
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm_info import VM_INFO
from tests.unit.support import play
from tests.unit.support.golden import CASES, load
from tests.unit.support.refusals import refusals


class Ended(Exception):
    """The module has written its result."""

    def __init__(self, result: Mapping[str, Any]):
        super().__init__(result)
        # As Ansible would read it.
        self.result = json.loads(json.dumps(result))


class Task:
    """A module run against a node in memory."""

    def __init__(self, node: FakeNode, monkeypatch: pytest.MonkeyPatch):
        self.node = node
        self._patch = monkeypatch
        self.uris: list[str] = []
        for name in ("LibvirtObserver", "LibvirtSnapshot"):
            monkeypatch.setattr(module, name, self._connected(FakeObserver))
        monkeypatch.setattr(module, "LibvirtHost", self._connected(FakeHost))
        monkeypatch.setattr(module, "NodeModule", _Module)

    def _connected(self, driver: Callable[[FakeNode], Any]) -> Callable[..., Any]:
        def connect(uri: str, _open_url: Any = None, _progress: Any = None) -> Any:
            self.uris.append(uri)
            return driver(self.node)

        return connect

    def __call__(
        self, entry: Callable[[], None], check: bool = False, **options: Any
    ) -> dict[str, Any]:
        arguments = {"_ansible_check_mode": check, "_ansible_diff": True, **options}
        self._patch.setattr(
            basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()
        )
        # Only the cores from 2.19 on know of it, and do not go without.
        self._patch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(Ended) as ended:
            entry()
        return dict(ended.value.result)

    def vm(self, check: bool = False, **options: Any) -> dict[str, Any]:
        options = {"name": "web1", "hypervisor": "qemu", **options}
        return self(lambda: module.run(VM_RESOURCE), check, **options)


class _Module(basic.AnsibleModule):
    def exit_json(self, **result: Any) -> None:
        raise Ended({"invocation": {"module_args": self.params}, **result})

    def fail_json(self, msg: str, **result: Any) -> None:
        invocation = {"module_args": self.params} if hasattr(self, "params") else {}
        raise Ended({"invocation": invocation, "failed": True, "msg": msg, **result})


@pytest.fixture
def task(monkeypatch: pytest.MonkeyPatch) -> Task:
    return Task(play.node(), monkeypatch)


WISH = {"state": "running", "disks": [play.disk()], "nics": [play.nic()], "autostart": True}


def test_check_mode_tells_what_a_run_does_and_does_nothing(task: Task):
    before = task.node.picture()
    checked = task.vm(check=True, **WISH)
    assert task.node.picture() == before
    done = task.vm(**WISH)
    assert checked["changed"] is done["changed"] is True
    for key in ("actions", "changes", "diff", "filled", "restart_required"):
        assert checked[key] == done[key]
    assert task.vm(**WISH)["changed"] is False


def test_a_result_tells_all_of_a_run(task: Task):
    result = task.vm(**WISH)
    verbs = [action["action"] for action in result["actions"]]
    assert verbs == ["define", "create_volume", "set_autostart", "start"]
    assert result["diff"]["before"] == {"state": "absent"}
    assert result["diff"]["after"]["disks"][0]["size"] == "10GiB"
    assert result["vm"]["status"]["phase"] == "Running"
    assert result["vm"]["disks"][0]["volume"] == "web1-root.qcow2"
    assert result["filled"]["machine"] == "q35"
    more = task.vm(memory="2GiB")
    assert more["restart_required"] == ["max_memory", "memory"]
    assert {"option": "memory", "before": "1GiB", "after": "2GiB"} in more["changes"]
    assert "filled" not in more


def test_a_connection_is_closed_whatever_happens(task: Task, monkeypatch: pytest.MonkeyPatch):
    closed: list[Any] = []

    def close(self: FakeObserver) -> None:
        closed.append(self)

    monkeypatch.setattr(FakeObserver, "close", close)
    assert task.vm(check=True, **WISH)["changed"]
    assert task.vm(**WISH)["changed"]
    assert task.vm(disks=[{"name": "more"}])["failed"]
    assert len(closed) == len(task.uris) == 3


def test_a_result_has_no_definitions(task: Task):
    """Definitions are long, and may hold a password."""
    assert "<domain" not in json.dumps(task.vm(**WISH))


def test_bad_input_is_told_in_one_message(task: Task):
    before = task.node.picture()
    result = task.vm(disks=[{"name": "root", "size": "4GB"}], memory="x")
    assert result["failed"] is True
    assert "disks[root].size: " in result["msg"]
    assert "memory: " in result["msg"]
    assert task.node.picture() == before


def test_ansible_itself_refuses_what_it_can(task: Task):
    assert "value of state must be one of" in task.vm(state="on")["msg"]
    both = task.vm(disks=[{"name": "a", "path": "/srv/a", "size": "1GiB"}])
    assert "mutually exclusive" in both["msg"]
    assert "Unsupported parameters" in task.vm(colour="red")["msg"]
    assert "model" in task.vm(cpu={"mode": "custom"})["msg"]


def test_a_failure_in_the_middle_says_what_was_done(task: Task, monkeypatch: pytest.MonkeyPatch):
    def full(_host: FakeHost, _action: actions.CreateVolume) -> None:
        raise module.VmrtError("libvirt says: no space left")

    monkeypatch.setattr(FakeHost, "_create_volume", full)
    result = task.vm(**WISH)
    assert result["failed"] is True
    assert result["changed"] is True
    assert result["actions"] == [{"action": "define", "kind": "vm", "name": "web1"}]
    assert result["failed_action"]["action"] == "create_volume"
    assert "no space left" in result["msg"]


def test_a_wait_in_vain_says_what_was_done(task: Task):
    result = task.vm(**WISH, wait_for="agent", wait_timeout=1)
    assert result["failed"] is True
    assert result["changed"] is True
    assert [action["action"] for action in result["actions"]][-1] == "start"
    assert "did not reach agent within 1 s" in result["msg"]


def test_a_wait_ends_when_the_guest_is_there(task: Task):
    task.node.agents["web1"] = {"guest-ping": {}}
    assert task.vm(**WISH, wait_for="agent", wait_timeout=1)["changed"] is True


def test_warnings_are_given_to_ansible(task: Task, monkeypatch: pytest.MonkeyPatch):
    warned: list[str] = []
    monkeypatch.setattr(_Module, "warn", lambda _self, text: warned.append(text))
    task.vm(memory="65GiB")
    assert len(warned) == 1
    assert warned[0].startswith("memory: ")


def test_what_libvirt_does_not_keep_is_told(task: Task, monkeypatch: pytest.MonkeyPatch):
    warned: list[str] = []
    monkeypatch.setattr(_Module, "warn", lambda _self, text: warned.append(text))
    define = FakeHost._define

    def forgetful(host: FakeHost, action: actions.Define) -> None:
        define(host, replace(action, xml=action.xml.replace("Front end", "Front")))

    monkeypatch.setattr(FakeHost, "_define", forgetful)
    assert task.vm(**WISH, title="Front end")["changed"] is True
    assert warned == [
        "title: libvirt was given 'Front end' and keeps 'Front', so the next run will want to "
        "change it again. Give what it keeps, or leave the option out."
    ]


@pytest.mark.parametrize("check", [True, False])
def test_secrets_are_in_no_result(task: Task, check: bool):
    secret = "s3cret-word"
    seed = {
        "user_data": {"chpasswd": {"list": f"root:{secret}"}},
        "users": [{"name": "ops", "passwd": secret}],
    }
    for result in (
        task.vm(check=check, **WISH, cloud_init=seed),
        task.vm(check=check, **WISH, cloud_init={**seed, "hostname": "other"}),
        task.vm(check=check, cloud_init=seed, memory="lots"),
    ):
        assert secret not in json.dumps(result)


def test_foreseen_things_count_in_check_mode_only(task: Task):
    wish = {
        "disks": [play.disk(pool="later")],
        "foreseen": {"pools": [{"name": "later", "target": "/srv/later"}]},
    }
    assert task.vm(check=True, **wish)["changed"] is True
    assert "there is no pool 'later'" in task.vm(**wish)["msg"]


def test_vms_are_read(task: Task):
    task.vm(**WISH)
    result = task(lambda: module.run_info(VM_INFO, info.vms))
    assert result["changed"] is False
    assert [vm["name"] for vm in result["vms"]] == ["web1"]
    missing = task(lambda: module.run_info(VM_INFO, info.vms), name="other")
    assert "there is no vm 'other'" in missing["msg"]
    assert "The node has: web1" in missing["msg"]


def test_a_deed_is_foretold_and_done(task: Task):
    task.vm(**WISH)
    power = {"name": "web1", "operation": "suspend"}
    before = task.node.picture()
    checked = task(lambda: module.run_deed(POWER_DEED), check=True, **power)
    assert task.node.picture() == before
    done = task(lambda: module.run_deed(POWER_DEED), **power)
    assert checked["actions"] == done["actions"] == [{"action": "suspend", "name": "web1"}]
    assert checked["diff"] == done["diff"]
    assert (checked["phase"], done["phase"]) == ("Running", "Paused")
    assert task(lambda: module.run_deed(POWER_DEED), **power)["changed"] is False


def test_what_a_command_says_is_in_the_result_also_where_it_fails(task: Task):
    task.vm(**WISH)
    guest = FakeAgent(outputs={"good": (0, b"out", b""), "bad": (3, b"", b"err")})
    task.node.agents["web1"] = guest
    given = {"name": "web1", "operation": "exec"}
    good = task(lambda: module.run_deed(GUEST_DEED), **given, argv=["good"])
    assert (good["changed"], good["rc"], good["stdout"]) == (True, 0, "out")
    bad = task(lambda: module.run_deed(GUEST_DEED), **given, argv=["bad"])
    assert (bad["failed"], bad["changed"], bad["rc"], bad["stderr"]) == (True, True, 3, "err")
    none = task(lambda: module.run_deed(GUEST_DEED), **given, argv=["none"])
    assert none["msg"].startswith("the guest's agent says: ")
    checked = task(lambda: module.run_deed(GUEST_DEED), check=True, **given, argv=["good"])
    assert checked["changed"] is True
    assert len(guest.ran) == 2


def test_a_password_of_a_guest_is_in_no_result(task: Task):
    task.vm(**WISH)
    task.node.agents["web1"] = FakeAgent()
    given = {"name": "web1", "operation": "set_password", "user": "op", "password": "s3cret-word"}
    for check in (True, False):
        assert "s3cret-word" not in json.dumps(
            task(lambda: module.run_deed(GUEST_DEED), check=check, **given)
        )
    assert task.node.agents["web1"].passwords == {"op": "s3cret-word"}


@pytest.mark.parametrize(
    ("given", "environment", "counts"),
    [
        ("test:///a", "test:///b", "test:///a"),
        (None, "test:///b", "test:///b"),
        (None, None, "qemu:///system"),
    ],
)
def test_the_uri_that_counts(
    task: Task, monkeypatch: pytest.MonkeyPatch, given: str, environment: str, counts: str
):
    monkeypatch.delenv("LIBVIRT_DEFAULT_URI", raising=False)
    if environment:
        monkeypatch.setenv("LIBVIRT_DEFAULT_URI", environment)
    task.vm(**({"uri": given} if given else {}))
    assert task.uris == [counts]


# Libraries that may be missing on a node.


def test_a_missing_library_is_told_as_ansible_tells_it(task: Task, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(binding, "LIBVIRT_IMPORT_ERROR", "Traceback: no libvirt")
    monkeypatch.setattr(connection, "has_respawned", lambda: True)
    result = task.vm()
    assert "Failed to import the required Python library (libvirt)" in result["msg"]
    assert result["exception"] == "Traceback: no libvirt"


def test_another_python_is_tried_first(task: Task, monkeypatch: pytest.MonkeyPatch):
    tried: list[str] = []
    monkeypatch.setattr(binding, "LIBVIRT_IMPORT_ERROR", "Traceback: no libvirt")
    monkeypatch.setattr(connection, "has_respawned", lambda: False)
    monkeypatch.setattr(connection, "probe_interpreters_for_module", lambda paths, _name: paths[0])
    monkeypatch.setattr(connection, "respawn_module", tried.append)
    task.vm()
    assert tried == ["/usr/bin/python3"]


# The halves of the drivers.

# Methods of libvirt's objects that change something begin so.
_WRITES = (
    *("abort", "attach", "backup", "block", "build", "create", "define", "delete", "destroy"),
    *("detach", "managed", "migrate", "pin", "reboot", "reset", "resize", "restore", "resume"),
    *("revert", "save", "set", "shutdown", "snapshotCreate", "suspend", "undefine", "update"),
    *("upload", "wipe"),
)


def _calls(source: Any) -> Iterator[str]:
    for node in ast.walk(ast.parse(inspect.getsource(source))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr


def test_an_observer_calls_nothing_that_writes():
    # Methods of a dictionary and of a socket.
    harmless = {"setdefault", "create_connection", "settimeout"}
    called = set(_calls(libvirt_observer)) - harmless
    assert [name for name in sorted(called) if name.startswith(_WRITES)] == []


def test_the_search_for_writing_calls_finds_some():
    called = {*_calls(libvirt_define), *_calls(libvirt_live)}
    assert len([name for name in called if name.startswith(_WRITES)]) > 15


@pytest.mark.parametrize("observer", [libvirt_observer.LibvirtObserver, fake_observer.FakeObserver])
def test_an_observer_can_only_read(observer: type):
    public = {name for name in vars(observer) if not name.startswith("_")}
    protocol = {name for name in vars(facts.Observer) if not name.startswith("_")}
    assert public - {"close", "uri"} == protocol
    assert not hasattr(observer, "run")


def _kinds() -> list[type[actions.Action]]:
    """All kinds of actions, wherever they are."""
    found = []
    for file in sorted(Path(actions.__file__).parent.rglob("actions.py")):
        area = ".".join(file.relative_to(Path(actions.__file__).parent).with_suffix("").parts)
        names = vars(importlib.import_module(f"{actions.__package__}.{area}"))
        found += [one for one in names.values() if inspect.isclass(one)]
    return [one for one in dict.fromkeys(found) if issubclass(one, actions.Action)]


@pytest.mark.parametrize("host_for", [part_for, lambda _action: FakeHost])
def test_a_host_has_a_method_for_each_action(host_for: Callable[[actions.Action], type]):
    kinds = [kind for kind in _kinds() if kind is not actions.Action]
    assert {"Define", "TakeBackup", "WipeVolume", "Migrate"} <= {kind.__name__ for kind in kinds}
    for kind in kinds:
        action = object.__new__(kind)
        assert callable(getattr(host_for(action), f"_{action.verb}")), action.verb


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_ansible_lets_golden_cases_through(path: Path):
    """Between them they name every option of a vm, also with an older ansible-core."""
    assert refusals(VM_RESOURCE.schema, {"name": "web1", **load(path)["wish"]}) == []
