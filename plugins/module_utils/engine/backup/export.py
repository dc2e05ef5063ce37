# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of disks that are served over NBD, as a resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Action
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.actions import (
    EndExport,
    ExportDisks,
    ForgetCheckpoint,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.catalogue import BackupDisk
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.disks import disks_of
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.moment import (
    checkpoint_of_disks,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.take import able_to_rest
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, Observer
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.known import known_vm
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan, Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import Resource
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.backup_export import (
    VM_BACKUP_EXPORT,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import items

# What means something for a new export alone.
_ONLY_NEW = ("address", "port", "socket", "scratch", "checkpoint", "since", "quiesce", "exclude")


def plan_export(given: Mapping[str, Any], seen: Seen | None, facts: NodeFacts) -> Plan:
    """The plan that serves the disks of a vm, or ends it."""
    job = _job(facts, given["vm"]) if seen else None
    if given["state"] == "absent":
        return _ended(given, seen, job, facts)
    if seen is None or not seen.active:
        raise VmrtError(
            f"the vm '{given['vm']}' is off: only a machine in memory serves its disks",
            option="vm",
            hint="Start it, at least paused: state=paused of vmrt.libvirt.vm.",
        )
    if "port" not in given and "socket" not in given:
        raise VmrtError("is needed, or socket", option="port", hint="QEMU chooses none.")
    if job is not None:
        if job.get("mode") == "pull" and _server(job) == _wanted(given):
            return Plan()
        raise VmrtError(
            f"'{seen.name}' has another backup or export under way",
            option="vm",
            hint="Wait for it, or end it with state=absent.",
        )
    able_to_rest(given, seen)
    disks, warnings = disks_of(given, seen, facts)
    known = {one.name: one for one in facts.checkpoints(seen.name)}
    if given.get("since") and given["since"] not in known:
        raise VmrtError(
            f"'{seen.name}' has no checkpoint '{given['since']}'",
            option="since",
            hint=f"It has: {', '.join(sorted(known)) or 'none'}.",
        )
    if given.get("checkpoint") in known:
        raise VmrtError(
            f"'{seen.name}' has a checkpoint '{given['checkpoint']}' already", option="checkpoint"
        )
    sound = known[given["since"]].sound if given.get("since") else frozenset()
    checkpoint = given.get("checkpoint")
    step = ExportDisks(
        seen.name,
        [disk.target for disk in disks],
        _xml(given, disks, sound, facts),
        checkpoint_of_disks(checkpoint, "for an export", disks) if checkpoint else None,
        given.get("quiesce", False),
    )
    return Plan(
        (*_forgotten(given, facts), step),
        before={"exports": []},
        after={"exports": [_uri(_wanted(given), disk.target) for disk in disks]},
        warnings=tuple(warnings),
    )


def _ended(
    given: Mapping[str, Any], seen: Seen | None, job: tree.Element | None, facts: NodeFacts
) -> Plan:
    for option in _ONLY_NEW:
        if option in given:
            raise VmrtError("means nothing with state=absent", option=option, hint="Leave it out.")
    if seen is None:
        return Plan()
    ours = job is not None and job.get("mode") == "pull"
    steps: list[Action] = [EndExport(seen.name)] if ours else []
    before = _exports(job, seen) if job is not None and ours else []
    return Plan(
        (*steps, *_forgotten(given, facts)),
        before={"exports": [one["uri"] for one in before]},
        after={"exports": []},
    )


def _forgotten(given: Mapping[str, Any], facts: NodeFacts) -> list[Action]:
    names = given.get("forget") or ()
    known = {one.name for one in facts.checkpoints(given["vm"])} if names else set()
    return [ForgetCheckpoint(given["vm"], name) for name in names if name in known]


def _job(facts: NodeFacts, vm: str) -> tree.Element | None:
    text = facts.backup_job(vm)
    return tree.parse(text) if text else None


def _wanted(given: Mapping[str, Any]) -> dict[str, str]:
    if "socket" in given:
        return {"transport": "unix", "socket": given["socket"]}
    address = given.get("address", "127.0.0.1")
    return {"transport": "tcp", "name": address, "port": str(given["port"])}


def _server(job: tree.Element) -> dict[str, str]:
    server = job.find("server")
    known = {} if server is None else server.attrib
    return {name: known[name] for name in ("transport", "socket", "name", "port") if name in known}


def _uri(server: Mapping[str, str], target: str) -> str:
    if server.get("transport") == "unix":
        return f"nbd+unix:///{target}?socket={server['socket']}"
    host = server.get("name", "localhost")
    return f"nbd://{f'[{host}]' if ':' in host else host}:{server.get('port')}/{target}"


def _scratch(given: Mapping[str, Any], disk: BackupDisk, facts: NodeFacts) -> str:
    pool = facts.pool((disk.volume or "").partition("/")[0]) if disk.volume else None
    folder = given.get("scratch") or (pool.target if pool else None)
    if not folder:
        raise VmrtError(
            f"the disk {disk.name} is no file in the folder of a pool",
            option="scratch",
            hint="Name a folder that has room for what is written meanwhile.",
        )
    return str(folder)


def _xml(
    given: Mapping[str, Any], disks: list[BackupDisk], sound: frozenset[str], facts: NodeFacts
) -> str:
    root = tree.new("domainbackup")
    root.set("mode", "pull")
    tree.append(root, "server").attrib.update(_wanted(given))
    for disk in disks:
        one = tree.append(root, "disks/disk")
        one.attrib.update({"name": disk.target, "backup": "yes", "type": "file"})
        bitmap = disk.recorded and disk.target in sound
        one.set("backupmode", "incremental" if bitmap else "full")
        if bitmap:
            one.attrib.update(
                {"incremental": given["since"], "exportbitmap": f"backup-{disk.target}"}
            )
        path = f"{_scratch(given, disk, facts)}/.{given['vm']}-{disk.target}.scratch"
        tree.ensure(one, "scratch/@file").put(path)
    return tree.render(root)


def _exports(job: tree.Element, seen: Seen) -> list[dict[str, Any]]:
    drives = items(VM["disks"], tree.parse(seen.live_xml or seen.xml))
    names = {one.values["target"]: one.values["name"] for one in drives}
    return [
        {
            "name": names.get(one.get("name"), one.get("name")),
            "target": one.get("name"),
            "uri": _uri(_server(job), one.get("exportname") or one.get("name")),
            "bitmap": one.get("exportbitmap"),
        }
        for one in job.iterfind("disks/disk[@backup='yes']")
    ]


def _report(observer: Observer, given: Mapping[str, Any]) -> dict[str, Any]:
    seen = observer.look("vm", given["vm"])
    job = _job(NodeFacts(observer), given["vm"]) if seen else None
    if seen is None or job is None or job.get("mode") != "pull":
        return {"vm": given["vm"], "state": "absent", "exports": []}
    return {"vm": given["vm"], "state": "present", "exports": _exports(job, seen)}


def _look(observer: Observer, given: Mapping[str, Any]) -> Seen | None:
    if given["state"] == "absent":
        return observer.look("vm", given["vm"])
    return known_vm(observer, given["vm"], "vm")


EXPORT_RESOURCE = Resource(
    schema=VM_BACKUP_EXPORT,
    look=_look,
    plan=plan_export,
    report=_report,
)
