# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets: set once, compared without being shown, and kept while something needs them."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import FakeNode, Volume
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_secrets import GENERATED
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Define,
    SetSecretValue,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.pool.resource import POOL_RESOURCE
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.secret.report import secrets
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.secret.resource import (
    SECRET_RESOURCE,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import GIB
from tests.unit.support import converge, play
from tests.unit.support.grammar import complaints

PLAIN = "correct horse battery"
OTHER = "wrong horse"
CHAP = {"type": "iscsi", "usage": "disks"}
PATH = f"{play.FOLDER}/db1.luks"
LUKS = {"type": "volume", "usage": PATH}
UUID = "4dea22b3-1d52-4f65-9c9e-b6f7ab8f3d11"


def made(**options: Any) -> FakeNode:
    node = play.node()
    converge.run(node, SECRET_RESOURCE, **options)
    return node


def run(node: FakeNode, **options: Any) -> Plan:
    return converge.run(node, SECRET_RESOURCE, **options)


def refused(node: FakeNode, **options: Any) -> Any:
    return converge.refused(node, SECRET_RESOURCE, **options)


KINDS: dict[str, tuple[dict[str, Any], str]] = {
    "volume": (LUKS, f"<usage type='volume'><volume>{PATH}</volume></usage>"),
    "Ceph": (
        {"type": "ceph", "usage": "client.libvirt"},
        "<usage type='ceph'><name>client.libvirt</name></usage>",
    ),
    "iSCSI": (CHAP, "<usage type='iscsi'><target>disks</target></usage>"),
    "TLS": (
        {"type": "tls", "usage": "migration"},
        "<usage type='tls'><name>migration</name></usage>",
    ),
    "TPM": (
        {"type": "vtpm", "usage": "win11", "uuid": UUID, "description": "TPM of win11"},
        f"<uuid>{UUID}</uuid><description>TPM of win11</description>"
        "<usage type='vtpm'><name>win11</name></usage>",
    ),
    "nothing that libvirt knows": ({"uuid": UUID}, f"<uuid>{UUID}</uuid>"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_libvirt_is_given(kind: str) -> None:
    wish, inner = KINDS[kind]
    plan = run(play.node(), **wish, private=True, ephemeral=False, value_base64="a2V5")
    define, value = plan.actions
    assert isinstance(define, Define)
    assert isinstance(value, SetSecretValue)
    expected = tree.parse(f"<secret ephemeral='no' private='yes'>{inner}</secret>")
    assert tree.same(tree.parse(define.xml), expected), define.xml
    assert complaints("secret", define.xml) == []


def test_a_value_is_nowhere_but_in_its_step() -> None:
    plan = run(play.node(), **CHAP, value=PLAIN)
    encoded = base64.b64encode(PLAIN.encode()).decode()
    assert plan.actions[1].value == encoded
    shown = repr([plan.actions, plan.changes, plan.before, plan.after, plan.filled])
    shown += repr([[step.describe() for step in plan.actions], converge.steps(plan)])
    assert PLAIN not in shown
    assert encoded not in shown
    assert plan.after["value"] == "the value of this task"


def test_a_new_secret_without_a_value_is_warned_of() -> None:
    plan = run(play.node(), **CHAP)
    assert "has no value" in plan.warnings[0]
    node = made(**CHAP, value=PLAIN)
    assert run(node, **CHAP).warnings == ()
    assert node.secret_values["iscsi/disks"] == PLAIN.encode()


@pytest.mark.parametrize("private", [True, False])
def test_another_value_is_told_apart(private: bool) -> None:
    node = made(**CHAP, private=private, value=PLAIN)
    same = base64.b64encode(PLAIN.encode()).decode()
    assert not converge.check(node, SECRET_RESOURCE, **CHAP, value_base64=same).actions
    plan = run(node, **CHAP, value=OTHER)
    assert converge.steps(plan) == ["set secret value iscsi/disks"]
    assert plan.before == {"value": "another value"}
    assert plan.after == {"value": "the value of this task"}
    assert [change.path for change in plan.changes] == ["value"]
    assert not {PLAIN, OTHER} & set(map(str, plan.changes[0].as_dict().values()))


def test_what_can_not_be_compared_is_set_again() -> None:
    node = made(**CHAP, private=True, value=PLAIN)
    node.known_values.clear()
    plan = run(node, **CHAP, value=PLAIN)
    assert converge.steps(plan) == ["set secret value iscsi/disks"]
    assert plan.changes == ()
    assert plan.before == {"value": "a value that can not be compared"}


def test_a_secret_becomes_private_and_stays_known() -> None:
    node = made(**CHAP, value=PLAIN)
    plan = run(node, **CHAP, private=True, description="shelf", value=PLAIN)
    assert converge.steps(plan) == ["define secret iscsi/disks", "set secret value iscsi/disks"]
    assert plan.before["private"] is False
    assert refused(node, **CHAP, private=False).option == "private"


def test_a_value_is_generated_once() -> None:
    node = play.node()
    plan = run(node, **LUKS, generate=True)
    assert plan.after["value"] == "a generated value"
    assert node.secret_values == {f"volume/{PATH}": GENERATED}
    node.secret_values.clear()
    again = run(node, **LUKS, generate=True)
    assert converge.steps(again) == [f"set secret value volume/{PATH}"]
    private = made(**LUKS, generate=True, private=True)
    assert not converge.check(private, SECRET_RESOURCE, **LUKS, generate=True).actions


def test_a_secret_is_found_by_what_it_is_for_and_by_its_uuid() -> None:
    node = made(**CHAP, uuid=UUID)
    assert not converge.check(node, SECRET_RESOURCE, **CHAP).actions
    assert not converge.check(node, SECRET_RESOURCE, uuid=UUID).actions
    report = converge.report(node, SECRET_RESOURCE, uuid=UUID)
    assert (report["usage"], report["state"], report["has_value"]) == ("disks", "present", False)
    other = UUID.replace("4dea", "4deb")
    assert refused(node, **CHAP, uuid=other).option == "uuid"
    assert refused(node, type="iscsi", usage="other", uuid=UUID).option == "usage"
    gone = converge.report(node, SECRET_RESOURCE, type="iscsi", usage="other")
    assert gone == {"type": "iscsi", "usage": "other", "state": "absent"}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "an empty value": ({**CHAP, "value": ""}, "value"),
    "a long value": ({**CHAP, "value": "x" * 65537}, "value"),
    "no base64": ({**CHAP, "value_base64": "not it"}, "value_base64"),
    "no ASCII": ({**CHAP, "value_base64": "not ität"}, "value_base64"),
    "no text": ({**CHAP, "value": "not it\udcff"}, "value"),
    "a key of Ceph as it is printed": ({"type": "ceph", "usage": "a", "value": PLAIN}, "value"),
    "a relative volume": ({"type": "volume", "usage": "db1.luks"}, "usage"),
    "two lines": ({"type": "vtpm", "usage": "a\nb"}, "usage"),
    "a slash": ({"type": "vtpm", "usage": "a/b"}, "usage"),
    "no UUID": ({"uuid": "1"}, "uuid"),
    "a generated value that is lost": ({**CHAP, "ephemeral": True, "generate": True}, "generate"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(case: str) -> None:
    wish, option = REFUSED[case]
    error = refused(play.node(), **wish)
    assert error.option == option
    assert "not it" not in str(error)
    assert PLAIN not in str(error)


POOL = {
    "name": "shelf",
    "type": "iscsi-direct",
    "hosts": [{"name": "nas.example.com"}],
    "devices": [{"path": "iqn.2013-06.com.example:disks"}],
    "initiator": "iqn.2013-06.com.example:node",
}
NEEDED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "the usage of a pool": (
        CHAP,
        {"pool": {"type": "chap", "username": "node1", "secret_usage": "disks"}},
        "the pool 'shelf'",
    ),
    "the UUID of a pool": (
        {**CHAP, "uuid": UUID},
        {"pool": {"type": "chap", "username": "node1", "secret_uuid": UUID}},
        "the pool 'shelf'",
    ),
    "a volume": (LUKS, {"volume": PATH}, "the volume 'default/db1.luks'"),
    "a TPM": (
        {"type": "vtpm", "usage": "win11", "uuid": UUID},
        {"vm": {"tpm": {"model": "tpm-crb", "version": "2.0", "encryption_secret": UUID}}},
        "the vm 'web1'",
    ),
}


def _use(node: FakeNode, by: dict[str, Any]) -> None:
    if "pool" in by:
        converge.run(node, POOL_RESOURCE, **POOL, auth=by["pool"])
    if "volume" in by:
        node.volumes["default", "db1.luks"] = Volume(by["volume"], GIB)
    if "vm" in by:
        play.converge(node, **by["vm"])


@pytest.mark.parametrize("case", NEEDED)
def test_what_is_needed_stays(case: str) -> None:
    wish, by, who = NEEDED[case]
    node = made(**wish, value=PLAIN)
    _use(node, by)
    error = refused(node, **wish, state="absent")
    assert error.option == "state"
    assert who in str(error)
    plan = run(node, **wish, state="absent", force=True)
    assert [step.verb for step in plan.actions] == ["undefine"]
    assert not node.secrets


@pytest.mark.parametrize("case", NEEDED)
def test_what_there_is_is_told(case: str) -> None:
    wish, by, who = NEEDED[case]
    node = made(**wish, private=True)
    _use(node, by)
    for usage in ("a", "b"):
        run(node, type="tls", usage=usage, value=PLAIN)
    observer = FakeObserver(node)
    found = secrets(observer, {})["secrets"]
    assert PLAIN not in str(found)
    assert [one["usage"] for one in found if one["type"] == "tls"] == ["a", "b"]
    assert [one["has_value"] for one in found if one["type"] == "tls"] == [True, True]
    (needed,) = secrets(observer, {"type": wish["type"], "usage": wish["usage"]})["secrets"]
    assert (needed["private"], needed["state"]) == (True, "present")
    # It has none yet, but of a private one that can not be known.
    assert "has_value" not in needed
    (user,) = needed["used_by"]
    assert f"the {user['kind']} '{user['name']}'" == who
    assert user["encrypts"] is (case in ("a volume", "a TPM"))
    assert secrets(observer, {"uuid": needed["uuid"]})["secrets"] == [needed]
    assert secrets(observer, {"type": "ceph"})["secrets"] == []


def test_what_belongs_to_others_hinders_nobody() -> None:
    node = made(**CHAP, value=PLAIN)
    run(node, type="vtpm", usage="disks", value=PLAIN)
    _use(node, NEEDED["the usage of a pool"][1])
    assert run(node, type="vtpm", usage="disks", state="absent").actions
    assert not run(node, type="vtpm", usage="disks", state="absent").actions


@pytest.mark.parametrize("case", ["a volume", "a TPM"])
def test_what_something_is_encrypted_with_is_not_replaced(case: str) -> None:
    wish, by, who = NEEDED[case]
    node = made(**wish, value=PLAIN)
    _use(node, by)
    error = refused(node, **wish, value=OTHER)
    assert error.option == "value"
    assert who in str(error)
    assert run(node, **wish, description="kept", value=PLAIN).actions
    assert run(node, **wish, value=OTHER, force=True).actions


def test_the_password_of_a_log_in_may_become_another() -> None:
    wish, by, _who = NEEDED["the usage of a pool"]
    node = made(**wish, value=PLAIN)
    _use(node, by)
    assert run(node, **wish, value=OTHER).actions
