# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What placing is about: nodes with their room, and vms with their wishes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.placement import (
    NO_SCHEDULE,
    SPREAD,
)


@dataclass(frozen=True)
class Taint:
    """What keeps vms off a node that do not tolerate it."""

    key: str
    value: str = ""
    effect: str = NO_SCHEDULE

    def __str__(self) -> str:
        return f"{self.key}={self.value}" if self.value else self.key


@dataclass(frozen=True)
class Toleration:
    """A taint that a vm does not mind; without a value or an effect, whatever that is."""

    key: str
    value: str | None = None
    effect: str | None = None

    def covers(self, taint: Taint) -> bool:
        return (
            self.key == taint.key
            and self.value in (None, taint.value)
            and self.effect in (None, taint.effect)
        )


@dataclass(frozen=True)
class Overlay:
    """A new volume in a pool that is as large as its image."""

    pool: str
    image_pool: str
    image: str


@dataclass(frozen=True)
class Node:
    """A host that vms can be placed on. Sizes are in bytes.

    ``storage`` holds the room that each pool has for new volumes, None where it is not known, and
    ``images`` the capacities of the images that are there, by pool and name. ``shared`` are pools
    that other nodes see as well.
    ``runs`` are the pairs of hypervisor and architecture that it offers; ``arch`` is its own.
    ``away`` says why nothing can be placed there at all.
    """

    name: str
    cpus: int = 0
    memory: int = 0
    storage: Mapping[str, int | None] = field(default_factory=dict)
    images: Mapping[tuple[str, str], int] = field(default_factory=dict)
    shared: frozenset[str] = frozenset()
    networks: frozenset[str] = frozenset()
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[Taint, ...] = ()
    arch: str = ""
    runs: frozenset[tuple[str, str]] = frozenset()
    cpu_overcommit: float = 1.0
    memory_overcommit: float = 1.0
    reserved_cpus: int = 0
    reserved_memory: int = 0
    # Memory that each vm takes besides its own.
    memory_overhead: int = 0
    away: str = ""

    @property
    def cpu_room(self) -> int:
        """CPUs that all vms together may have."""
        return max(0, times(self.cpus, self.cpu_overcommit) - self.reserved_cpus)

    @property
    def memory_room(self) -> int:
        """Memory that all vms together may have."""
        return max(0, times(self.memory, self.memory_overcommit) - self.reserved_memory)


def times(amount: int, ratio: float) -> int:
    """So much with over-commit: a ratio of 1.1 is eleven tenths, although no float is that."""
    return amount * round(ratio * 1000) // 1000


@dataclass(frozen=True)
class Term:
    """Vms that a vm wants to be with, or apart from: those of these names, those in one of these
    groups, or those that carry all of these labels. What is not ``required`` weighs in points."""

    vms: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    labels: frozenset[tuple[str, str]] = frozenset()
    required: bool = True
    weight: int = 50

    def __str__(self) -> str:
        parts = (
            *sorted(self.vms),
            *(f"group {one}" for one in sorted(self.groups)),
            *(f"{key}={value}" for key, value in sorted(self.labels)),
        )
        return ", ".join(parts)


@dataclass(frozen=True)
class Wish:
    """A vm that needs a place, or has one. Sizes are in bytes.

    ``current`` is the node that it is on. ``pinned`` is the one that somebody chose for it, which
    counts for a vm that is nowhere yet. Of both it is only kept account. ``held`` says why it may
    not be moved.
    """

    name: str
    vcpus: int = 1
    memory: int = 0
    # What its new volumes need, by pool.
    storage: Mapping[str, int] = field(default_factory=dict)
    # Those of its new volumes that their images size.
    overlays: tuple[Overlay, ...] = ()
    networks: frozenset[str] = frozenset()
    labels: Mapping[str, str] = field(default_factory=dict)
    groups: frozenset[str] = frozenset()
    hypervisor: str | None = None
    arch: str | None = None
    node_selector: Mapping[str, str] = field(default_factory=dict)
    affinity: tuple[Term, ...] = ()
    anti_affinity: tuple[Term, ...] = ()
    tolerations: tuple[Toleration, ...] = ()
    strategy: str = SPREAD
    current: str | None = None
    pinned: str | None = None
    held: str = ""

    def tolerates(self, taint: Taint) -> bool:
        return any(one.covers(taint) for one in self.tolerations)


@dataclass(frozen=True)
class Verdict:
    """What came of one node for one vm: its points, or the reasons why it is out. ``notes`` say
    what is not known of it."""

    node: str
    reasons: tuple[str, ...] = ()
    points: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.reasons


@dataclass(frozen=True)
class Decision:
    """The node of a vm, or None where it fits nowhere. ``verdicts`` are given where they were asked
    for, and always where there is no node."""

    vm: str
    node: str | None
    why: str
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True)
class Move:
    """A vm that is to leave a node for another one, or None where it fits nowhere else or may not
    be moved."""

    vm: str
    source: str
    target: str | None
    why: str
    verdicts: tuple[Verdict, ...] = ()
