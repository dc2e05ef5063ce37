# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pool that a wish describes, and what can not be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.check_company import (
    check_company,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, PoolSeen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.pool.place import initial_target
from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.pool import (
    FOLDERS,
    FORMATTED,
    IN_PACKAGES,
    POOL,
    TARGETS,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.pool_source import (
    AUTH_TYPES,
    FORMATS,
    NEEDED,
    ONE_DEVICE,
    iqn,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import read

Values = Mapping[str, Any]


def check_pool(wanted: Values, seen: Seen | None, facts: NodeFacts) -> list[VmrtError]:
    """All complaints about a wish, before anything is touched."""
    root = tree.parse(seen.xml) if seen else None
    found = read(POOL, root) if root is not None else {}
    now = {**found, **wanted}
    return [
        *check_company(POOL, wanted, root),
        *(_possible(now["type"], facts) if seen is None else ()),
        *_needed(now, found),
        *_devices(wanted, now),
        *_format(wanted, now),
        *_adapter(wanted),
        *_auth(wanted, now),
        *_target(wanted, found, now),
        *(_build(wanted, now) if seen is None else ()),
        *_others(wanted, found, now, facts),
    ]


def _possible(kind: str, facts: NodeFacts) -> Iterator[VmrtError]:
    known = facts.pool_types
    if known is not None and kind not in known:
        yield VmrtError(
            f"the node's libvirt has no pools of the kind {kind}",
            option="type",
            hint=f"On Debian, the package libvirt-daemon-driver-storage-{kind} brings them."
            if kind in IN_PACKAGES
            else f"It has: {', '.join(known)}.",
        )


def _needed(now: Values, found: Values) -> Iterator[VmrtError]:
    for name in NEEDED.get(now["type"], ()):
        if not now.get(name) and not (found and not found.get(name)):
            yield VmrtError(f"a pool of the kind {now['type']} needs {name}", option=name)


def _devices(wanted: Values, now: Values) -> Iterator[VmrtError]:
    kind, devices = now["type"], wanted.get("devices") or ()
    if kind in ONE_DEVICE and len(devices) > 1:
        yield VmrtError(f"a pool of the kind {kind} has one device", option="devices")
    for number, one in enumerate(devices):
        try:
            if kind == "iscsi-direct":
                iqn(one["path"])
            elif kind != "iscsi":
                names.path(one["path"])
        except ValueError as error:
            yield VmrtError(str(error), option=f"devices[{number}].path")


def _format(wanted: Values, now: Values) -> Iterator[VmrtError]:
    kind, text = now["type"], wanted.get("format")
    known = FORMATS.get(kind, ())
    if text and known and text not in known:
        yield VmrtError(
            f"a pool of the kind {kind} has no format '{text}'",
            option="format",
            hint=f"It knows: {', '.join(known)}.",
        )
    folder = wanted.get("dir")
    shares = now.get("format") in ("cifs", "glusterfs")
    if kind == "netfs" and folder and not shares and not folder.startswith("/"):
        yield VmrtError(
            f"{folder!r} is no absolute path",
            option="dir",
            hint="Only the formats cifs and glusterfs have names of shares.",
        )


def _adapter(wanted: Values) -> Iterator[VmrtError]:
    adapter = wanted.get("adapter")
    if adapter is None:
        return
    virtual = adapter.get("type") == "fc_host"
    if virtual and "wwnn" not in adapter:
        yield VmrtError("a virtual adapter needs wwnn and wwpn", option="adapter.wwnn")
    if not virtual and not {"name", "address"} & set(adapter):
        yield VmrtError("needs a name or an address", option="adapter.name")


def _auth(wanted: Values, now: Values) -> Iterator[VmrtError]:
    fitting, auth = AUTH_TYPES.get(now["type"]), wanted.get("auth")
    if auth and fitting and auth["type"] != fitting:
        yield VmrtError(
            f"a pool of the kind {now['type']} logs in by {fitting}", option="auth.type"
        )


def _target(wanted: Values, found: Values, now: Values) -> Iterator[VmrtError]:
    target = wanted.get("target")
    if target is None or target == found.get("target"):
        return
    if now["type"] in FOLDERS:
        try:
            names.pool_target(target)
        except ValueError as error:
            yield VmrtError(str(error), option="target")
    elif now["type"] == "logical" and target != initial_target(now):
        yield VmrtError(
            f"a volume group is always in {initial_target(now)}",
            option="target",
            hint="Leave the option out.",
        )
    elif now["type"] in TARGETS and not (target == "/dev" or target.startswith("/dev/")):
        yield VmrtError(
            f"{target!r} is not below /dev, where the node has its devices", option="target"
        )


def _build(wanted: Values, now: Values) -> Iterator[VmrtError]:
    kind, how = now["type"], wanted.get("build")
    if how is None:
        return
    if kind not in FORMATTED:
        yield VmrtError(
            f"there is nothing to format for a pool of the kind {kind}",
            option="build",
            hint="Its folder is made without being asked for." if kind in FOLDERS else None,
        )
    elif kind == "fs" and now.get("format", "auto") == "auto":
        yield VmrtError("needs the format of the new file system", option="format")
    elif kind == "logical" and not now.get("devices"):
        yield VmrtError("a volume group is built of devices", option="devices")
    elif kind == "zfs" and how == "overwrite":
        yield VmrtError(
            "a zpool is never built over what is there",
            option="build",
            hint="Clear its devices yourself, and say no_overwrite.",
        )


def _others(wanted: Values, found: Values, now: Values, facts: NodeFacts) -> Iterator[VmrtError]:
    """A folder, and a device, belongs to one pool."""
    others = [facts.pool(name) for name in facts.pool_names if name != now["name"]]
    target = wanted.get("target")
    if target and now["type"] in FOLDERS and target != found.get("target"):
        yield from _taken("target", target, [one for one in others if one and one.target == target])
    if now["type"] in ("iscsi", "iscsi-direct"):
        # Several servers may have targets of one name.
        return
    for number, device in enumerate(wanted.get("devices") or ()):
        path = device["path"]
        yield from _taken(
            f"devices[{number}].path", path, [one for one in others if one and path in one.devices]
        )


def _taken(option: str, path: str, others: list[PoolSeen]) -> Iterator[VmrtError]:
    for other in others:
        yield VmrtError(
            f"{path} belongs to the pool '{other.name}' already",
            option=option,
            hint="Use that pool, or give this one something of its own.",
        )
