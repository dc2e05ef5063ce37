# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The clock of a machine, and its timers."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema

TIMERS = ("platform", "pit", "rtc", "hpet", "tsc", "kvmclock", "hypervclock", "armvtimer")


def _number(name: str, doc: str) -> Field:
    return Field(name, doc, type="int", at=f"@{name}", codec=codec.INT, apply=Apply.RESTART)


_CATCHUP = Schema(
    name="catchup",
    doc="How ticks that were missed are made up for, where that is the policy for them.",
    fields=(
        _number("threshold", "Missed ticks from which on it is done."),
        _number("slew", "How fast it is done, in hertz."),
        _number("limit", "Most ticks that are made up for."),
    ),
)

_TIMER = Schema(
    name="timer",
    doc="A timer of the machine.",
    key="name",
    fields=(
        Field("state", "Whether it is declared.", choices=("present", "absent"), default="present"),
        Field(
            "name",
            "What the timer is called.",
            at="@name",
            choices=TIMERS,
            required=True,
            apply=Apply.RECREATE,
        ),
        Field(
            "present",
            "Whether the machine has the timer.",
            type="bool",
            at="@present",
            codec=codec.YES_NO,
            apply=Apply.RESTART,
        ),
        Field(
            "tick_policy",
            "What becomes of ticks that the guest missed.",
            at="@tickpolicy",
            choices=("delay", "catchup", "merge", "discard"),
            only={"name": ("platform", "rtc", "tsc", "hpet", "pit", "armvtimer")},
            apply=Apply.RESTART,
        ),
        Field(
            "track",
            "What the timer follows, of V(rtc) and V(platform).",
            at="@track",
            choices=("boot", "guest", "wall", "realtime"),
            only={"name": ("platform", "rtc")},
            apply=Apply.RESTART,
        ),
        Field(
            "frequency",
            "Frequency of V(tsc), in hertz.",
            type="int",
            at="@frequency",
            codec=codec.INT,
            check=names.positive,
            only={"name": ("tsc",)},
            apply=Apply.RESTART,
        ),
        Field(
            "mode",
            "How V(tsc) is done.",
            at="@mode",
            only={"name": ("tsc",)},
            choices=("auto", "native", "emulate", "paravirt", "smpsafe"),
            apply=Apply.RESTART,
        ),
        Field(
            "catchup",
            _CATCHUP.doc,
            at="catchup",
            of=_CATCHUP,
            only={"tick_policy": ("catchup",)},
            apply=Apply.RESTART,
        ),
    ),
)

_CLOCK = Schema(
    name="clock",
    doc="The clock of the machine.",
    required_if=(("offset", "timezone", ("timezone",)), ("offset", "absolute", ("start",))),
    fields=(
        Field(
            "offset",
            "What the clock begins with: the time of the node in UTC (V(utc)) or in its own zone "
            "(V(localtime), which Windows wants), the time of a V(timezone), a time that is off "
            "by O(clock.adjustment) and stays so (V(variable)), or O(clock.start) (V(absolute)).",
            at="@offset",
            choices=("utc", "localtime", "timezone", "variable", "absolute"),
            apply=Apply.RESTART,
            initial_doc="V(utc)",
        ),
        Field(
            "adjustment",
            "Seconds that the clock is off, of V(variable); V(reset) lets the clock begin anew at "
            "each start, of V(utc) and V(localtime).",
            at=dict.fromkeys(("utc", "localtime", "variable"), "@adjustment"),
            by="offset",
            codec=codec.OFFSET,
            check=names.adjustment,
            apply=Apply.RESTART,
        ),
        Field(
            "basis",
            "What a V(variable) clock is off from.",
            at={"variable": "@basis"},
            by="offset",
            choices=("utc", "localtime"),
            apply=Apply.RESTART,
        ),
        Field(
            "timezone",
            "Zone of a clock of V(timezone), such as V(Europe/Paris).",
            at={"timezone": "@timezone"},
            by="offset",
            check=names.timezone,
            apply=Apply.RESTART,
        ),
        Field(
            "start",
            "What an V(absolute) clock begins with, in seconds since 1970.",
            type="int",
            at={"absolute": "@start"},
            by="offset",
            codec=codec.INT,
            apply=Apply.RESTART,
        ),
        Field(
            "timers",
            "Timers of the machine, known by their names.",
            at="timer",
            of=_TIMER,
            many=True,
            apply=Apply.RESTART,
        ),
    ),
)

CLOCK = (Field("clock", _CLOCK.doc, at="clock", of=_CLOCK, apply=Apply.RESTART),)
