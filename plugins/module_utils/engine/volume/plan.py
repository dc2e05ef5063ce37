# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a volume, and a volume as a resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Action
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, VolumeSeen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.fixed import fixed
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan, Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import Resource
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.copy import (
    copy,
    is_copy,
    source_of,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.create import create
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.files import stays_inside
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.flatten import flatten
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.grow import grow, shrinks
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.rebase import rebase
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.removal import plan_removal
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.report import report_disk
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.upload import upload
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.volume import FORMATS, VOLUME
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.diff import Change
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError, raise_all
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import show


def plan_volume(given: Mapping[str, Any], seen: Seen | None, facts: NodeFacts) -> Plan:
    """The plan that takes a volume, or its absence, to what was given."""
    if given["state"] == "absent":
        return plan_removal(given, facts)
    if "move_from" in given:
        # Few runs need what is known of vms, and it takes longer to load than all else.
        from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.move import move

        moved = move(given, facts)
        if moved:
            left = Change("pool", VOLUME["pool"], given["move_from"], given["pool"])
            return _gone_over(given, moved.steps, left, moved.volume)
    if "commit_from" in given:
        from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.commit import (
            commit,
        )

        merged = commit(given, facts)
        if merged:
            gone = Change("commit_from", VOLUME["commit_from"], given["commit_from"], None)
            return _gone_over(given, merged.steps, gone, merged.volume)
    volume = facts.volume(given["pool"], given["name"])
    plan = _new(given, facts) if volume is None else _existing(given, volume, facts)
    return _attached(plan, given, volume, facts) if "attach" in given else plan


def _attached(
    plan: Plan, given: Mapping[str, Any], volume: VolumeSeen | None, facts: NodeFacts
) -> Plan:
    from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.attach import (
        with_attachments,
    )

    if volume is not None:
        return with_attachments(plan, given, volume.format, facts)
    facts = facts.with_volume(given["pool"], given["name"], given.get("size"))
    return with_attachments(plan, given, plan.filled.get("format", given.get("format")), facts)


def _gone_over(
    given: Mapping[str, Any], steps: Sequence[Action], change: Change, volume: VolumeSeen
) -> Plan:
    """What a volume holds comes from elsewhere; then it is as ``volume`` tells."""
    changes = [change, *changed(given, volume)]
    errors = fixed(changes)
    size, has = given.get("size"), volume.capacity
    if size is not None and has is not None and size < has:
        errors.append(shrinks(volume, size, "size"))
    raise_all(errors)
    return _plan(steps, changes)


def _plan(actions: Sequence[Action], changes: list[Change]) -> Plan:
    return Plan(
        tuple(actions),
        tuple(changes),
        before={change.path: change.as_dict()["before"] for change in changes},
        after={change.path: change.as_dict()["after"] for change in changes},
    )


def _new(given: Mapping[str, Any], facts: NodeFacts) -> Plan:
    wanted = dict(given)
    steps: list[Action]
    if "src" in wanted:
        steps = upload(wanted, facts)
    elif is_copy(wanted):
        _option, source = source_of(wanted, facts)
        wanted.setdefault("format", source.format if source.format in FORMATS else "raw")
        steps = [copy(wanted, facts)]
    else:
        wanted.setdefault("format", "qcow2")
        steps = [create({**wanted, "volume": wanted["name"]}, "", facts)]
    chosen = {name: value for name, value in wanted.items() if name not in given}
    return Plan(
        tuple(steps),
        before={"state": "absent"},
        after=show(VOLUME, wanted),
        filled=show(VOLUME, chosen),
    )


def _existing(given: Mapping[str, Any], volume: VolumeSeen, facts: NodeFacts) -> Plan:
    stays_inside(volume, "name", facts)
    if "encryption" in given and not volume.encrypted:
        raise VmrtError(
            f"the volume '{volume.name}' is there, and not encrypted",
            option="encryption",
            hint="Leave the option out, or remove the volume first and make it anew.",
        )
    changes = list(changed(given, volume))
    errors = fixed(changes)
    actions: list[Action] = []
    size, has = given.get("size"), volume.capacity
    if size is not None and has is not None:
        if size < has:
            errors.append(shrinks(volume, size, "size"))
        elif size > has:
            actions.append(grow(volume, size, facts))
    raise_all(errors)
    if given.get("flat") and volume.backing:
        changes.append(Change("flat", VOLUME["flat"], False, True))
        actions.insert(0, flatten(volume, facts))
    if given.get("rebase") and not given.get("flat"):
        led = rebase(given, volume, facts)
        if led:
            changes.append(Change("image", VOLUME["image"], led[1], given["image"]))
            actions.insert(0, led[0])
    return _plan(actions, changes)


def changed(given: Mapping[str, Any], volume: VolumeSeen) -> list[Change]:
    """Where a volume is not what was given."""
    found = {
        "size": volume.capacity,
        "format": volume.format,
        "compat": volume.compat,
        "cluster_size": volume.cluster_size,
    }
    return [
        Change(name, VOLUME[name], now, given[name])
        for name, now in found.items()
        if name in given and now is not None and given[name] != now
    ]


VOLUME_RESOURCE = Resource(
    schema=VOLUME,
    look=lambda observer, given: None,
    plan=plan_volume,
    report=report_disk,
)
