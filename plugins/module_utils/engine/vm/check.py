# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a completed wish refers to, and whether the node has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.check_company import (
    check_company,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.fixed import fixed
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.boot_order import boot_order
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.check_controllers import (
    check_controllers,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.check_devices import (
    check_devices,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.check_filesystems import (
    check_filesystems,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.check_machine import (
    check_machine,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.check_node import check_node
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.check_paths import check_paths
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.check_sharing import (
    check_sharing,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.check_sources import (
    check_sources,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.consoles import (
    check_consoles,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.cpus import check_cpus
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.memory import check_memory
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.power import is_up
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.twice import twice
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.boot import family
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.nic import named_by_mac
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.diff import Change
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import MIB, show_size


def check(
    wanted: Mapping[str, Any],
    config: Mapping[str, Any],
    changes: list[Change],
    state: str,
    facts: NodeFacts,
    root: tree.Element | None,
    settled: bool = False,
) -> list[VmrtError]:
    """Every complaint about a wish; ``root`` is the existing definition, ``config`` are its values,
    and ``changes`` lead away from them. One that is ``settled`` has all its devices already."""
    runs = wanted["state"] in ("running", "paused") or is_up(state)
    return [
        *fixed(changes),
        *_missing(wanted, root),
        *_family(changes),
        *_sizes(wanted, config),
        *check_machine(wanted, config),
        *boot_order(wanted, config),
        *check_memory(wanted, config),
        *check_cpus(wanted, config),
        *check_consoles(wanted, root),
        *check_controllers(wanted),
        *check_sources(wanted, root, facts),
        *check_paths(wanted, root, state, runs, facts),
        *check_filesystems(wanted, root),
        *(() if settled else twice(wanted, root)),
        *check_devices(wanted, config, root),
        *(check_company(VM, wanted, root) if changes or root is None else ()),
        *check_node(wanted, runs, facts),
        *_plugs(wanted, config, runs, facts),
        *check_sharing(wanted, root, state, facts),
    ]


def warnings(wanted: Mapping[str, Any], facts: NodeFacts) -> list[str]:
    """What is allowed, and may still not be meant."""
    memory, has = wanted.get("memory"), facts.node.get("memory")
    if memory and has and memory > has:
        return [
            f"memory: {wanted['name']} wants {show_size(memory)}, and the node has "
            f"{_whole_mib(has)} in all{_free(facts)}."
        ]
    return []


def _free(facts: NodeFacts) -> str:
    free = facts.node.get("memory_free")
    return "" if free is None else f", of which {_whole_mib(free)} are free"


def _whole_mib(size: int) -> str:
    return show_size(size // MIB * MIB)


def _missing(wanted: Mapping[str, Any], root: tree.Element | None) -> list[VmrtError]:
    """What no machine can be without, where nothing is filled in."""
    return [
        VmrtError("a new vm needs it", option=name, hint="Give it, or leave out fill_in: false.")
        for name in ("memory", "os_type")
        if root is None and name not in wanted
    ]


def _family(changes: list[Change]) -> list[VmrtError]:
    return [
        VmrtError(
            f"can not be changed from '{change.before}' to '{change.after}': its buses are others, "
            "on which no device of the vm has a place",
            option=change.path,
            hint="Leave the option out, or remove the vm and make it anew; its disks are kept.",
        )
        for change in changes
        if change.path == "machine" and family(change.before) != family(change.after)
    ]


def _sizes(wanted: Mapping[str, Any], config: Mapping[str, Any]) -> list[VmrtError]:
    errors = []
    for option in ("memory", "vcpus"):
        now = {**config, **wanted}
        value, most = now.get(option), now.get(f"max_{option}")
        if value and most and value > most:
            errors.append(VmrtError(f"is more than max_{option}", option=option))
    return errors


def _plugs(
    wanted: Mapping[str, Any], config: Mapping[str, Any], runs: bool, facts: NodeFacts
) -> list[VmrtError]:
    errors = []
    seen: dict[str, str] = {
        nic["mac"]: nic["name"]
        for nic in config.get("nics", ())
        # One without our alias is adopted by its address, under any name.
        if nic["name"] != named_by_mac(nic)
    }
    for nic in wanted.get("nics", ()):
        option = f"nics[{nic['name']}]"
        if nic.get("state") == "absent":
            continue
        network, mac = nic.get("network"), nic.get("mac")
        if network:
            active = facts.network_active(network)
            if active is None:
                known = ", ".join(facts.network_names) or "none"
                errors.append(
                    VmrtError(
                        f"there is no network '{network}'",
                        option=f"{option}.network",
                        hint=f"The node has: {known}.",
                    )
                )
            elif not active and runs:
                errors.append(
                    VmrtError(
                        f"the network '{network}' is not active",
                        option=f"{option}.network",
                        hint="Start it with vmrt.libvirt.network and state=active.",
                    )
                )
        if not mac:
            continue
        if seen.get(mac, nic["name"]) != nic["name"]:
            errors.append(
                VmrtError(
                    f"{mac} is given to '{seen[mac]}' as well",
                    option=f"{option}.mac",
                    hint="Each interface needs a MAC address of its own.",
                )
            )
        elif mac not in seen:
            owner = facts.macs.get(mac)
            if owner and owner != wanted["name"]:
                errors.append(
                    VmrtError(
                        f"the vm '{owner}' has {mac} already",
                        option=f"{option}.mac",
                        hint="Give another MAC address, or leave the option out.",
                    )
                )
        seen[mac] = nic["name"]
    return errors
