# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What libvirt keeps of a snapshot, as values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import SnapshotSeen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.chain import forget_layers
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import MARK, VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree

# A definition in a snapshot: that of the running machine, and the one that was kept.
DEFINITIONS = ("domain", "inactiveDomain")
# Tells that its files are taking in what was written since.
LOST = f"{MARK}/@lost"


@dataclass(frozen=True)
class Moment:
    """A snapshot. ``files`` are those that hold what each disk was, ``overlays`` those that
    took what was written next, both by the target of the disk."""

    name: str
    parent: str | None
    created: int
    state: str
    current: bool
    external: bool
    files: Mapping[str, str]
    overlays: Mapping[str, str]
    memory_path: str | None
    has_memory: bool
    description: str | None
    xml: str
    # Has a removal begun, which may have broken off?
    lost: bool = False

    @property
    def kind(self) -> str:
        return "external" if self.external else "internal"

    @cached_property
    def ran(self) -> bool:
        """Was there a guest in memory?"""
        return self.state in ("running", "paused")


def read_moment(seen: SnapshotSeen) -> Moment:
    root = tree.parse(seen.xml)
    chosen = {one.get("name"): one for one in root.iterfind("disks/disk")}
    memory = root.find("memory")
    where = "no" if memory is None else memory.get("snapshot")
    kinds = {one.get("snapshot") for one in chosen.values()}
    then = dict(sources(root.find("domain")))
    taken = {target for target, one in chosen.items() if one.get("snapshot") != "no"} or set(then)
    overlays = {}
    for target, one in chosen.items():
        source = one.find("source")
        if one.get("snapshot") == "external" and source is not None:
            overlays[target] = source.get("file") or source.get("dev")
    return Moment(
        name=seen.name,
        parent=root.findtext("parent/name"),
        created=int(root.findtext("creationTime") or 0),
        state=root.findtext("state") or "",
        current=seen.current,
        external="external" in kinds or where == "external",
        files={target: path for target, path in then.items() if target in taken},
        overlays=overlays,
        memory_path=None if memory is None else memory.get("file"),
        has_memory=where in ("internal", "external"),
        description=root.findtext("description"),
        xml=seen.xml,
        lost=tree.find(root, f"domain/{LOST}") is not None,
    )


def lost(xml: str) -> str:
    """The definition of a snapshot, marked as one whose files take in what was written since."""
    root = tree.parse(xml)
    tree.ensure(root.find("domain"), LOST, VM.order).put("yes")
    return tree.render(root)


def sources(domain: tree.Element | None) -> Iterator[tuple[str, str]]:
    """The target and the path of each disk of a definition that has one."""
    for disk in domain.iterfind("devices/disk") if domain is not None else ():
        source = disk.find("source")
        path = None if source is None else source.get("file") or source.get("dev")
        if path:
            yield disk.find("target").get("dev"), path


def switch(domain: tree.Element, target: str, path: str, image_format: str) -> None:
    """Have a disk of a definition lie in another file."""
    for disk in domain.iterfind("devices/disk"):
        if disk.find("target").get("dev") != target:
            continue
        forget_layers(disk)
        disk.set("type", "file")
        source = disk.find("source")
        for word in ("dev", "pool", "volume", "index"):
            source.attrib.pop(word, None)
        source.set("file", path)
        tree.ensure(disk, "driver/@type").put(image_format)


def reparented(root: tree.Element, parent: str | None) -> None:
    """Have a snapshot follow another one, or none."""
    for old in root.findall("parent"):
        root.remove(old)
    if parent is not None:
        tree.ensure(root, "parent/name").put(parent)
