# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many things of one node as one wish."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing
from typing import Any, Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import Foreseen, Observer
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.fleet.stages import (
    converge,
    foresee,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.fleet.summary import (
    failures,
    plan_text,
    summary,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.fleet.wish import (
    KINDS,
    VMS,
    parts_of,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.fleet.workers import (
    Host,
    Workers,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.progress import Progress
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import secrets

# libvirt itself does not work on more at the same time.
_MOST_WORKERS = 8


class Fleet:
    """The things of a wish, from what is wanted of them to what became of them."""

    def __init__(self, given: Mapping[str, Any]):
        self._given = given
        self._rolling = given.get("rolling")
        self._parts = parts_of(given)
        for part in self._parts:
            if part.kind == VMS:
                part.claims = bool(given.get("claim"))
                part.earlier = _made((given.get("claimed") or {}).get(part.name))

    def foresee(self, observer: Observer, earlier: Foreseen) -> None:
        """Plan everything, and change nothing."""
        foresee(self._parts, observer, earlier, self._rolling)

    def converge(
        self, reader: Observer, look: Callable[[], Observer], connect: Callable[[Progress], Host]
    ) -> None:
        """Plan and do everything. ``look`` gives the node as it is at that time, and ``connect`` a
        connection of its own to each worker, which tells how far it is."""
        count = self._given.get("workers") or min(_MOST_WORKERS, 2 * (os.cpu_count() or 1))
        starts = self._given.get("max_parallel_starts")
        progress = Progress(self._given.get("progress_file"))
        with closing(
            Workers(lambda: connect(progress), reader, count, starts, progress)
        ) as workers:
            converge(self._parts, look, workers, self._rolling)

    def names(self) -> dict[str, list[str]]:
        """The names of its things, by the list that they are in."""
        return {
            kind: [part.name for part in self._parts if part.kind == kind]
            for kind in KINDS
            if self._given.get(kind)
        }

    def trouble(self) -> str:
        """What failed, in few words."""
        return failures(self._parts) if any(part.fails for part in self._parts) else ""

    def result(self) -> dict[str, Any]:
        """What became of everything."""
        told: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
        for part in self._parts:
            told[part.kind][part.name] = part.result()
        results = told.pop(VMS)
        changed = any(one["changed"] for some in (results, *told.values()) for one in some.values())
        return {
            "changed": changed,
            "outcome": results,
            "shared": {kind: some for kind, some in told.items() if some},
            "summary": summary(self._parts),
            "diff": [{"prepared": plan_text(self._parts)}],
        }


def _made(claimed: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """What became of a vm that an earlier task defined."""
    return claimed if claimed and claimed.get("changed") else {}


def secrets_of(params: Mapping[str, Any]) -> set[str]:
    """The secret words in a wish, which may be anything but well declared."""
    words: set[str] = set()
    for kind, resource in KINDS.items():
        for given in params.get(kind) or ():
            try:
                words |= secrets(resource.schema, given)
            except (AttributeError, TypeError):
                # It is refused, and its error names no value of a secret.
                continue
    return words
