# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module converges: its schema, and the steps from a wish to a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import (
    Foreseen,
    NodeFacts,
    Observer,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan, Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Schema

Values = Mapping[str, Any]


def _name(given: Values) -> str:
    """Most things have a name of their own; a volume is told from others by its pool as well."""
    pool = f"{given['pool']}/" if "pool" in given else ""
    return f"{pool}{given['name']}"


def _no_wait(observer: Observer, given: Values) -> None:
    """Most things are there when they are made."""


@dataclass(frozen=True)
class Resource:
    """A kind of thing with options.

    ``look`` finds what there is, ``plan`` is pure, ``report`` gives the values that are returned,
    and ``wait`` waits for what was asked to be waited for. ``called`` is its name among others of
    its kind, and ``what`` that of the report in a result.
    """

    schema: Schema
    look: Callable[[Observer, Values], Seen | None]
    plan: Callable[[Values, Seen | None, NodeFacts], Plan]
    report: Callable[[Observer, Values], Mapping[str, Any]]
    wait: Callable[[Observer, Values], None] = _no_wait
    called: Callable[[Values], str] = _name

    @property
    def what(self) -> str:
        return self.schema.name


def make_plan(
    resource: Resource, given: Values, observer: Observer, foreseen: Foreseen | None = None
) -> Plan:
    """The plan for normalised values, from what the observer sees."""
    return resource.plan(given, resource.look(observer, given), NodeFacts(observer, foreseen))
