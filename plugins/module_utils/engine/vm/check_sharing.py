# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether several machines may use a disk. One that two machines write to unawares is lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, User
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.disk_status import path_of
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.power import is_up
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import items, match

_SHARING = ("shareable", "readonly")


@dataclass(frozen=True)
class _Use:
    """A disk as it will be, and where it is; an old one is there already, and shared as before."""

    disk: Mapping[str, Any]
    path: str | None
    old: bool

    @property
    def option(self) -> str:
        return f"disks[{self.disk['name']}]"


def check_sharing(
    wanted: Mapping[str, Any], root: tree.Element | None, state: str, facts: NodeFacts
) -> Iterator[VmrtError]:
    """Complaints about disks that others use; ``root`` is the definition of an existing vm, and
    ``state`` what it does."""
    up, to_run = is_up(state), wanted["state"] in ("running", "paused")
    for use in _uses(wanted, root, facts):
        if use.old and (up or not to_run):
            continue
        if not use.old:
            yield from _format(use)
            yield from _several_names(use, facts)
        for user in facts.users.get(use.path or "", ()):
            # Of an old one nobody knows whether all that have it are meant to run together.
            if user.vm == wanted["name"] or (use.old and not user.running):
                continue
            why = _why_not(use.disk, user, up or to_run)
            if why:
                what = "as the base of its disk" if user.backing else "as its disk"
                yield VmrtError(
                    f"the vm '{user.vm}' uses {use.path} {what} {user.target}{why[0]}",
                    option=use.option,
                    hint=why[1],
                )


def _uses(wanted: Mapping[str, Any], root: tree.Element | None, facts: NodeFacts) -> Iterator[_Use]:
    """The disks that the vm will have."""
    found = list(items(VM["disks"], root)) if root is not None else []
    own = {path_of(item.values, facts) for item in found}
    named = []
    for disk in wanted.get("disks", ()):
        item = match(VM["disks"].schema, disk, found)
        known = item.values if item else {}
        named.append(item)
        if disk.get("state") != "absent":
            path = path_of({**known, **disk}, facts)
            yield _Use({**known, **disk}, path, path in own and not _differs(disk, known))
    for item in found:
        if item not in named:
            yield _Use(item.values, path_of(item.values, facts), True)


def _differs(disk: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
    return any(bool(disk[name]) != bool(known.get(name)) for name in _SHARING if name in disk)


def _format(use: _Use) -> Iterator[VmrtError]:
    disk = use.disk
    if disk.get("shareable") and not disk.get("readonly") and disk.get("format", "raw") != "raw":
        yield VmrtError(
            f"several machines can not write to one {disk['format']}",
            option=f"{use.option}.shareable",
            hint="Use a disk of format: raw, or say readonly.",
        )


def _several_names(use: _Use, facts: NodeFacts) -> Iterator[VmrtError]:
    """Complaints about writing to an image that is another one as well."""
    came = facts.arrival(use.path) if use.path and not use.disk.get("readonly") else None
    if came and came.names > 1:
        yield VmrtError(
            f"{use.path} is one file with another image, since both hold the same",
            option=use.option,
            hint="Make the disk an overlay of it with image, or say readonly.",
        )


def _why_not(disk: Mapping[str, Any], user: User, runs: bool) -> tuple[str, str] | None:
    """What more there is to say of a user that a disk can not be shared with, and what to do."""
    writes, shares = not disk.get("readonly"), bool(disk.get("shareable"))
    if user.backing:
        return ("", "Use another volume, or say readonly.") if writes else None
    if writes and not shares:
        return "", "Use another volume, or say readonly or shareable."
    # What does not run may still be told to share before it does.
    if not (user.running and runs):
        return None
    if writes and not user.shares:
        return " alone", "Make it shareable there first; that takes a restart."
    if user.writes and not shares:
        return " and writes to it", "Say shareable here as well."
    return None
