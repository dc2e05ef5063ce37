# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pools as values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine import activity
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import (
    NodeFacts,
    Observer,
    VolumeSeen,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.known import known
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.pool import FOLDERS, POOL
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import declaration

_ROOM = ("capacity", "allocation", "available")


def report_pool(observer: Observer, name: str) -> dict[str, Any]:
    """Values of the schema POOL for one pool; one that is not there is absent."""
    return _report(NodeFacts(observer), observer, name)


def pools(observer: Observer, given: Mapping[str, Any]) -> dict[str, Any]:
    """The pools asked for, as they are declared, with what they hold."""
    wanted = given.get("name")
    chosen = [known("pool", observer, wanted).name] if wanted else observer.names("pool")
    facts = NodeFacts(observer)
    found = [_with_contents(facts, observer, name) for name in chosen]
    return {"pools": [declaration(POOL, one) for one in found]}


def _report(facts: NodeFacts, observer: Observer, name: str) -> dict[str, Any]:
    # A definition tells of the room as it was when it was written.
    told = activity.report(POOL, observer, name)
    values = {key: value for key, value in told.items() if key not in _ROOM}
    seen = facts.pool(name)
    if seen is None or not seen.active:
        return values
    return {**values, **{one: getattr(seen, one) for one in _ROOM}}


def _with_contents(facts: NodeFacts, observer: Observer, name: str) -> dict[str, Any]:
    values = _report(facts, observer, name)
    if values["state"] == "absent":
        return values
    values["volumes"] = [_volume(one, facts) for one in facts.volumes(name)]
    if values.get("type") in FOLDERS and values.get("target"):
        values["folder_exists"] = facts.has_folder(values["target"])
    return values


def _volume(volume: VolumeSeen, facts: NodeFacts) -> dict[str, Any]:
    return {
        "name": volume.name,
        "path": volume.path,
        "format": volume.format,
        "size": volume.capacity,
        "allocation": volume.allocation,
        "backing": volume.backing,
        "used_by": [
            {
                "vm": user.vm,
                "disk": user.disk,
                "target": user.target,
                "running": user.running,
                "backing": user.backing,
            }
            for user in facts.users.get(volume.path, ())
        ],
    }
