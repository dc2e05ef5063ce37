# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A node on which several things are planned: each plan counts on those before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Define,
    DeleteVolume,
    FetchImage,
    Undefine,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import (
    Foreseen,
    NodeFacts,
    Observer,
    PoolSeen,
    User,
    VolumeSeen,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.fleet.part import Part
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.pool.place import initial_target
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree


class FleetFacts(NodeFacts):
    """What the node has, and what the plans before will have made of it."""

    def __init__(self, observer: Observer, foreseen: Foreseen | None = None):
        super().__init__(observer, foreseen)
        self._planned_users: dict[str, list[User]] = {}
        self._planned_macs: dict[str, str] = {}
        self._gone: set[str] = set()
        self._gone_pools: set[str] = set()
        self._deleted: set[tuple[str, str]] = set()

    @property
    def users(self) -> Mapping[str, list[User]]:
        if not (self._planned_users or self._gone):
            return super().users
        paths = {*super().users, *self._planned_users}
        return {path: [*self._left(path), *self._planned_users.get(path, ())] for path in paths}

    def _left(self, path: str) -> list[User]:
        return [user for user in super().users.get(path, ()) if user.vm not in self._gone]

    @property
    def macs(self) -> Mapping[str, str]:
        left = {mac: vm for mac, vm in super().macs.items() if vm not in self._gone}
        return {**left, **self._planned_macs}

    @property
    def vm_definitions(self) -> Mapping[str, list[tree.Element]]:
        known = super().vm_definitions
        return {vm: roots for vm, roots in known.items() if vm not in self._gone}

    @property
    def pool_definitions(self) -> Mapping[str, list[tree.Element]]:
        known = super().pool_definitions
        return {pool: roots for pool, roots in known.items() if pool not in self._gone_pools}

    def volume(self, pool: str, name: str) -> VolumeSeen | None:
        return None if (pool, name) in self._deleted else super().volume(pool, name)

    def volumes(self, pool: str) -> list[VolumeSeen]:
        return [one for one in super().volumes(pool) if (pool, one.name) not in self._deleted]

    def take_as_done(self, plan: Plan) -> None:
        """Count on a plan of an earlier stage, and on volumes that it deletes: only when they are
        gone, the image below them may go."""
        self.count_on(plan)
        for action in plan.actions:
            if isinstance(action, DeleteVolume):
                self._deleted.add((action.pool, action.volume))

    def count_on(self, plan: Plan) -> None:
        """Take a vm for what its plan makes of it."""
        for action in plan.actions:
            if isinstance(action, Undefine) and action.kind == "vm":
                self._gone.add(action.name)
            elif isinstance(action, Undefine) and action.kind == "pool":
                self._gone_pools.add(action.name)
            elif isinstance(action, Define) and action.kind == "vm":
                self._define(action)

    def _define(self, action: Define) -> None:
        root = tree.parse(action.xml)
        for mac in root.iterfind("devices/interface/mac"):
            self._planned_macs[mac.get("address", "").lower()] = action.name
        for disk in root.iterfind("devices/disk"):
            source, target = disk.find("source"), disk.find("target")
            path = None if source is None else source.get("file") or source.get("dev")
            if path:
                user = User(action.name, True, target.get("dev", "") if target is not None else "")
                self._planned_users.setdefault(path, []).append(user)


def foreseen_of(parts: Iterable[Part], earlier: Foreseen) -> Foreseen:
    """What parts that are planned make, besides what earlier tasks make."""
    there = [part for part in parts if not part.fails and part.given.get("state") != "absent"]
    networks = {part.given["name"]: _active(part) for part in there if part.kind == "networks"}
    pools = {part.given["name"]: _pool(part) for part in there if part.kind == "pools"}
    volumes = {
        (part.given["pool"], part.given["name"]): _capacity(part)
        for part in there
        if part.kind in ("images", "disks")
    }
    return Foreseen(
        networks={**earlier.networks, **networks},
        pools={**earlier.pools, **pools},
        volumes={**earlier.volumes, **volumes},
        files=earlier.files,
    )


def _active(part: Part) -> bool:
    return {"active": True, "inactive": False}.get(part.given["state"], part.state == "active")


def _pool(part: Part) -> PoolSeen:
    name, target = part.given["name"], part.given.get("target")
    # One that is there has a folder already.
    new = initial_target(part.given) if part.state is None else None
    kind = part.given.get("type") or "dir"
    return PoolSeen(name, _active(part), kind, target or new)


def _capacity(part: Part) -> int | None:
    known = [action.capacity for action in part.plan.actions if isinstance(action, FetchImage)]
    return known[0] if known else part.given.get("size")
