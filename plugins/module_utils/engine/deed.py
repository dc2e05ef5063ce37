# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module does each time it is told to, to a thing that is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import Observer
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Schema

Values = Mapping[str, Any]


def _nothing(observer: Observer, given: Values) -> Values:
    return {}


def _no_wait(observer: Observer, given: Values) -> None:
    """Most deeds are done when they return."""


def _no_complaint(found: Values) -> str | None:
    return None


@dataclass(frozen=True)
class Deed:
    """``plan`` reads and refuses, ``wait`` waits for what was asked to be waited for, ``report``
    tells what the thing is after it. These values, those that ``plan`` found and those that the
    steps found are the result; ``verdict`` says why they are a failure, where they are one.
    """

    schema: Schema
    plan: Callable[[Values, Observer], Plan]
    wait: Callable[[Observer, Values], None] = _no_wait
    report: Callable[[Observer, Values], Values] = _nothing
    verdict: Callable[[Values], str | None] = _no_complaint
