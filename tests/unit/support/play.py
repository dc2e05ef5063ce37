# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A node to plan against, and one task of a play on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_host import FakeHost
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import (
    FakeNode,
    Volume,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Action,
    Define,
    Start,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.apply import apply
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import Foreseen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import (
    Resource,
    make_plan,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.resource import VM_RESOURCE
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Owner, Schema
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import GIB
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import normalise

FOLDER = "/var/lib/libvirt/images"
IMAGE_SIZE = 2 * GIB


def network_xml(name: str) -> str:
    return f"<network><name>{name}</name><forward mode='nat'/></network>"


def pool_xml(name: str, folder: str = FOLDER) -> str:
    return f"<pool type='dir'><name>{name}</name><target><path>{folder}</path></target></pool>"


def node() -> FakeNode:
    """A node with the pool default that holds base.qcow2, and two active networks."""
    made = FakeNode()
    host = FakeHost(made)
    for name in ("default", "lab"):
        host.run(Define("network", name, network_xml(name)))
        host.run(Start("network", name))
    host.run(Define("pool", "default", pool_xml("default")))
    host.run(Start("pool", "default"))
    made.volumes["default", "base.qcow2"] = Volume(f"{FOLDER}/base.qcow2", IMAGE_SIZE)
    return made


def as_module(schema: Schema, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given with the defaults that Ansible fills in, at every depth."""
    values = {
        one.name: one.default
        for one in schema.fields
        if one.default is not None and one.owner is not Owner.REPORTED
    }
    for name, value in given.items():
        one = next((f for f in schema.fields if name in (f.name, *f.aliases)), None)
        if one is not None and one.of and value is not None:
            nested = one.schema
            value = (
                [as_module(nested, item) for item in value]
                if one.many
                else as_module(nested, value)
            )
        values[name] = value
    return values


def wish(resource: Resource = VM_RESOURCE, /, **options: Any) -> dict[str, Any]:
    """The normalised options of a task; the vm is called web1."""
    if resource is VM_RESOURCE:
        options = {"name": "web1", "hypervisor": "qemu", **options}
    return normalise(resource.schema, as_module(resource.schema, options))


def plan(made: FakeNode, foreseen: Foreseen | None = None, **options: Any) -> Plan:
    """What check mode would plan for web1."""
    return make_plan(VM_RESOURCE, wish(**options), FakeObserver(made), foreseen)


def converge(made: FakeNode, **options: Any) -> Plan:
    """Run a task for web1."""
    done = plan(made, **options)
    apply(done, FakeHost(made))
    return done


def verbs(planned: Plan) -> list[str]:
    return [action.verb for action in planned.actions]


def only(planned: Plan, kind: type[Action]) -> Any:
    """The one action of a kind."""
    (found,) = [action for action in planned.actions if isinstance(action, kind)]
    return found


def config(made: FakeNode, name: str = "web1") -> tree.Element:
    """The definition of a vm."""
    return made.vms[name].config


def live(made: FakeNode, name: str = "web1") -> tree.Element:
    """The definition in force of a vm."""
    return made.vms[name].live


def disk(name: str = "root", **options: Any) -> dict[str, Any]:
    return {"name": name, "size": "10GiB", **options}


def nic(name: str = "lan", **options: Any) -> dict[str, Any]:
    return {"name": name, "network": "default", **options}
