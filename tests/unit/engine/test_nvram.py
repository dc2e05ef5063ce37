# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What UEFI stores, in backups and clones: a copy of its own for each vm."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_host import FakeHost
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import FakeNode
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.apply import apply
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.plan import BACKUP_RESOURCE
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.restore import (
    RESTORE_RESOURCE,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.clone.plan import CLONE_RESOURCE
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import (
    Resource,
    make_plan,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.nvram import (
    is_elsewhere,
    nvram_of,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from tests.unit.support import play

FOLDER, STORED = "/srv/backup", "/var/lib/libvirt/qemu/nvram"
BACKUP = {"vm": "web1", "folder": FOLDER}


@pytest.fixture
def made() -> FakeNode:
    """A node with web1, which boots with UEFI, and has been on."""
    made = play.node()
    made.folders |= {FOLDER, STORED}
    play.converge(made, disks=[play.disk()], boot={"nvram": {"path": f"{STORED}/web1_VARS.fd"}})
    play.config(made).find("os").set("firmware", "efi")
    made.files[f"{STORED}/web1_VARS.fd"] = "entries"
    return made


def do(made: FakeNode, resource: Resource, **options: Any) -> Plan:
    wanted = play.wish(resource, **options)
    planned = make_plan(resource, wanted, FakeObserver(made))
    apply(planned, FakeHost(made))
    return planned


def test_a_clone_has_a_copy_of_its_own(made: FakeNode):
    made.files[f"{STORED}/web2_VARS.fd"] = "of a vm that is gone"
    planned = do(made, CLONE_RESOURCE, name="web2", source="web1")
    assert play.verbs(planned) == ["copy_disks", "copy_nvram", "define_with_volumes"]
    assert made.files[f"{STORED}/web2_VARS.1.fd"] == "entries"
    assert nvram_of(play.config(made, "web2")) == f"{STORED}/web2_VARS.1.fd"
    assert not any("UEFI" in one for one in planned.warnings)


def test_a_backup_holds_it_and_gives_it_back(made: FakeNode):
    planned = do(made, BACKUP_RESOURCE, **BACKUP, name="one")
    assert not any("UEFI" in one for one in planned.warnings)
    made.files[f"{STORED}/web1_VARS.fd"] = "others"
    planned = do(made, RESTORE_RESOURCE, **BACKUP, name="one", new_name="web2")
    assert "copy_nvram" in play.verbs(planned)
    assert nvram_of(play.config(made, "web2")) == f"{STORED}/web2_VARS.fd"
    assert made.files[f"{STORED}/web2_VARS.fd"] == "entries"


def test_one_that_was_changed_is_not_given_back(made: FakeNode):
    do(made, BACKUP_RESOURCE, **BACKUP, name="one")
    made.files[f"{FOLDER}/web1/one/nvram.fd"] = "changed"
    with pytest.raises(VmrtError, match=r"one/nvram\.fd has another digest"):
        do(made, RESTORE_RESOURCE, **BACKUP, name="one", new_name="web2", verify=True)
    del made.backups[FOLDER, "web1", "one"].files["nvram.fd"]
    with pytest.raises(VmrtError, match=r"one/nvram\.fd is missing"):
        do(made, RESTORE_RESOURCE, **BACKUP, name="one", new_name="web2")


def test_a_vm_that_was_never_on_has_nothing_stored(made: FakeNode):
    made.files.clear()
    assert "copy_nvram" not in play.verbs(do(made, CLONE_RESOURCE, name="web2", source="web1"))
    do(made, BACKUP_RESOURCE, **BACKUP, name="one")
    entry = made.backups[FOLDER, "web1", "one"].entry
    assert json.loads(entry or "")["nvram"] is None


@pytest.mark.parametrize(
    ("system", "path", "elsewhere"),
    [
        ("<os/>", None, False),
        ("<os firmware='efi'/>", f"{STORED}/web1_VARS.fd", False),
        ("<os><loader type='pflash'/><nvram>/srv/x.fd</nvram></os>", "/srv/x.fd", False),
        ("<os><loader type='pflash' stateless='yes'/></os>", None, False),
        (
            "<os firmware='efi'><nvram type='file'><source file='/srv/x.fd'/></nvram></os>",
            "/srv/x.fd",
            False,
        ),
        (
            "<os firmware='efi'><nvram type='network'><source protocol='nbd'/></nvram></os>",
            None,
            True,
        ),
    ],
)
def test_where_it_is(system: str, path: str | None, elsewhere: bool):
    root = tree.parse(f"<domain><name>web1</name>{system}</domain>")
    assert nvram_of(root) == path
    assert is_elsewhere(root) is elsewhere
