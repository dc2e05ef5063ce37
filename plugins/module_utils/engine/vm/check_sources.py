# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a source of a disk can not be, and what it needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.disk_network import (
    PROTOCOLS,
    UNNAMED,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import items, match

_LISTS = ("disks", "cdroms", "floppies")
_LUN_SOURCES = ("block", "network", "volume")
_SERVERLESS = ("rbd",)
_SEVERAL_SERVERS = ("rbd", "gluster")


def check_sources(
    wanted: Mapping[str, Any], root: tree.Element | None, facts: NodeFacts
) -> Iterator[VmrtError]:
    """Complaints about sources; ``root`` is the definition of an existing vm."""
    for name in _LISTS:
        found = list(items(VM[name], root)) if root is not None else []
        for disk in wanted.get(name, ()):
            if disk.get("state") == "absent":
                continue
            label = f"{name}[{disk['name']}]"
            item = match(VM[name].schema, disk, found)
            known = item.values if item else {}
            yield from _source(label, disk, known)
            if "boot_loadparm" in disk and "boot_order" not in {**known, **disk}:
                yield VmrtError("needs a boot_order", option=f"{label}.boot_loadparm")
            yield from _limits(label, {**known.get("io_limits", {}), **disk.get("io_limits", {})})
            layers = disk.get("backing", ())
            if not all(layers[:-1]):
                yield VmrtError(
                    "an empty layer ends the chain, and another comes after it",
                    option=f"{label}.backing",
                    hint="Leave out what follows the empty one.",
                )
            for number, layer in enumerate(layers):
                yield from _layer(f"{label}.backing[{number}]", layer)
            if name == "disks":
                yield from _device(label, {**known, **disk})
            elif "volume" in disk and facts.volume(disk["pool"], disk["volume"]) is None:
                yield VmrtError(
                    f"there is no volume '{disk['volume']}' in the pool '{disk['pool']}'",
                    option=f"{label}.volume",
                    hint="Bring it there with vmrt.libvirt.image first.",
                )


def _source(label: str, given: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[VmrtError]:
    kind = given.get("type") or known.get("type") or "file"
    needed = {"network": "network", "nvme": "nvme", "vhostuser": "vhost_user", "dir": "path"}
    needed["volume"] = "volume"
    option = needed.get(kind, "")
    if option and option not in given and option not in known:
        yield VmrtError(
            f"a source of the type {kind} needs {option}",
            option=f"{label}.type",
            hint="Leave the type out: it is found from the other options.",
        )
    for number, one in enumerate(given.get("seclabels", ())):
        if (one.get("relabel") is False) == ("label" in one):
            yield VmrtError(
                "a label is needed, or relabel=false, and not both",
                option=f"{label}.seclabels[{number}].label",
            )
    if "network" in given:
        network = {**known.get("network", {}), **given["network"]}
        yield from _network(f"{label}.network", network)


def _network(label: str, source: Mapping[str, Any]) -> Iterator[VmrtError]:
    protocol = source["protocol"]
    has = PROTOCOLS[protocol]
    for option, value in source.items():
        if option != "protocol" and option not in has and value not in (None, [], {}):
            yield VmrtError(
                f"{protocol} has no {option}",
                option=f"{label}.{option}",
                hint=f"It has: {', '.join(has)}.",
            )
    if not source.get("name") and protocol not in UNNAMED:
        yield VmrtError(f"{protocol} needs a name", option=f"{label}.name")
    hosts = len(source.get("hosts") or ())
    if not hosts and protocol not in _SERVERLESS:
        yield VmrtError(f"{protocol} needs a server", option=f"{label}.hosts")
    if hosts > 1 and protocol not in _SEVERAL_SERVERS:
        yield VmrtError(f"{protocol} takes one server", option=f"{label}.hosts")
    if protocol == "nfs" and not source.get("identity"):
        yield VmrtError(
            "nfs needs an identity", option=f"{label}.identity", hint="Name a user or a group."
        )


def _layer(label: str, layer: Mapping[str, Any]) -> Iterator[VmrtError]:
    if not layer:
        return
    if "format" not in layer:
        yield VmrtError(
            "a layer needs a format", option=f"{label}.format", hint="It is never guessed."
        )
    if not any(option in layer for option in ("path", "network", "nvme", "volume")):
        yield VmrtError("a layer needs a path", option=f"{label}.path")
    if ("volume" in layer) != ("pool" in layer):
        yield VmrtError("a volume needs its pool", option=f"{label}.volume")
    yield from _source(label, layer, {})


def _device(label: str, disk: Mapping[str, Any]) -> Iterator[VmrtError]:
    if disk.get("device") == "lun":
        if disk.get("type", "file") not in _LUN_SOURCES:
            yield VmrtError(
                "a lun is a block device, a volume or an iSCSI disk", option=f"{label}.device"
            )
        if disk.get("bus") not in ("scsi", None):
            yield VmrtError(f"a lun can not be on {disk['bus']}", option=f"{label}.bus")
        return
    for option in ("rawio", "sgio"):
        if disk.get(option) is not None:
            yield VmrtError("only a lun has it", option=f"{label}.{option}")


def _limits(label: str, limits: Mapping[str, Any]) -> Iterator[VmrtError]:
    """libvirt takes a limit of all together, or one of reading and one of writing."""
    for unit in ("bytes", "iops"):
        for tail in ("", "_max", "_max_length"):
            total = f"total_{unit}{tail}"
            each = [f"{word}_{unit}{tail}" for word in ("read", "write")]
            if limits.get(total) and any(limits.get(name) for name in each):
                yield VmrtError(
                    f"can not be limited beside {' and '.join(each)}",
                    option=f"{label}.io_limits.{total}",
                    hint="Set what you do not want to 0.",
                )
        for word in ("total", "read", "write"):
            for tail, needs in (("_max", ""), ("_max_length", "_max")):
                name, needed = f"{word}_{unit}{tail}", f"{word}_{unit}{needs}"
                if limits.get(name) and not limits.get(needed):
                    yield VmrtError(f"needs {needed}", option=f"{label}.io_limits.{name}")
