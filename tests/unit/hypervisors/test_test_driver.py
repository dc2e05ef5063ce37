# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The life of a vm on libvirt's own test driver, whose state lasts as long as this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_host import LibvirtHost
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine import info
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.apply import apply
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import make_plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.resource import VM_RESOURCE
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from tests.unit.support import play

WISH: dict[str, Any] = {
    "name": "trial",
    "hypervisor": "auto",
    "state": "stopped",
    "memory": "512MiB",
    "max_memory": "1GiB",
    "max_vcpus": 4,
    "labels": {"tier": "web"},
    "nics": [play.nic()],
}


@pytest.fixture
def host() -> Iterator[LibvirtHost]:
    with closing(LibvirtHost("test:///default", None)) as made:  # type: ignore[arg-type]
        yield made
        if made.look("vm", "trial"):
            apply(make_plan(VM_RESOURCE, play.wish(name="trial", state="absent"), made), made)


def run(host: LibvirtHost, **options: Any) -> Plan:
    """Run a task; the same task again finds nothing to do."""
    wish = play.wish(**options)
    plan = make_plan(VM_RESOURCE, wish, host)
    apply(plan, host)
    assert make_plan(VM_RESOURCE, wish, host).actions == ()
    return plan


def test_a_life(host: LibvirtHost):
    assert play.verbs(run(host, **WISH)) == ["define"]
    more = {**WISH, "memory": "768MiB", "vcpus": 2, "autostart": True, "labels": {"tier": "db"}}
    assert play.verbs(run(host, **more)) == ["define", "set_autostart"]
    more["state"] = "running"
    assert play.verbs(run(host, **more)) == ["start"]
    more["vcpus"] = 3
    assert play.verbs(run(host, **more)) == ["define", "set_vcpus"]
    more["nics"] = [play.nic(), play.nic("more")]
    plan = make_plan(VM_RESOURCE, play.wish(**more), host)
    assert plan.restart_required == ("nics[more]",)
    assert play.verbs(run(host, **more, apply="restart")) == ["define", "shutdown", "start"]
    more["state"] = "paused"
    assert play.verbs(run(host, **more)) == ["suspend"]
    more["state"] = "stopped"
    assert play.verbs(run(host, **more)) == ["resume", "shutdown"]
    more["state"] = "paused"
    assert play.verbs(run(host, **more)) == ["start", "suspend"]
    assert play.verbs(run(host, name="trial", state="absent"))[-1] == "undefine"


def test_it_tells_what_it_is(host: LibvirtHost):
    node = info.node(host, {})["node"]
    assert node["driver"] == "TEST"
    assert node["domain_capabilities"] == []
    plan = run(host, **WISH)
    assert plan.filled["hypervisor"] == "test"
    (vm,) = info.vms(host, {"name": "trial", "gather": ["options"], "address_sources": []})["vms"]
    assert vm["hypervisor"] == "test"
    assert vm["memory"] == "512MiB"


def test_it_has_no_kvm(host: LibvirtHost):
    """The driver itself would take such a vm without complaint."""
    with pytest.raises(VmrtError, match="Use the URI qemu:///system"):
        make_plan(VM_RESOURCE, play.wish(**{**WISH, "hypervisor": "kvm"}), host)
