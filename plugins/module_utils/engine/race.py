# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A definition that somebody else touched between plan and apply."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Define
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.network import NETWORK
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.pool import POOL
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.secret import SECRET
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.diff import diff
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import LostRace
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Schema
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import read

_SCHEMAS: dict[str, Schema] = {"vm": VM, "network": NETWORK, "pool": POOL, "secret": SECRET}


def check_race(action: Define, now: Seen | None) -> None:
    """Raise LostRace unless the definition is the one that plan saw."""
    if (now.fingerprint if now else None) != action.fingerprint:
        raise lost(f"{_done(action, now)} the {action.kind} '{action.name}'")


def lost(what: str) -> LostRace:
    """The error that says what somebody else did."""
    return LostRace(f"somebody else {what} in the meantime", hint="Run again.")


def _done(action: Define, now: Seen | None) -> str:
    if now is None:
        return "removed"
    if action.fingerprint is None:
        return "made"
    paths = _paths(_SCHEMAS[action.kind], action.seen_xml, now.xml) if action.seen_xml else []
    return f"changed {', '.join(paths)} of" if paths else "changed"


def _paths(schema: Schema, before: str, after: str) -> list[str]:
    """The options in which two definitions differ."""
    old, new = tree.parse(before), tree.parse(after)
    changes = [*diff(schema, read(schema, new), old), *diff(schema, read(schema, old), new)]
    return list(dict.fromkeys(change.path for change in changes))
