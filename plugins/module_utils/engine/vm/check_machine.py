# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What options of the machine itself have to do with each other, devices aside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.complete_machine import (
    own_firmware,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

Values = Mapping[str, Any]
Complaints = Iterator[tuple[str, str]]


def check_machine(wanted: Values, config: Values) -> list[VmrtError]:
    """Complaints about options that do not fit each other, or that say nothing, where libvirt says
    something else or forgets them; ``config`` are the values of an existing vm."""
    return [
        VmrtError(message, option=option)
        for one in _CHECKS
        for option, message in one(wanted, config)
    ]


def _firmware(wanted: Values, config: Values) -> Complaints:
    if own_firmware(wanted, config):
        for option in ("secure_boot", "enrolled_keys"):
            if option in wanted:
                yield option, "is decided by the file of boot.loader: leave it out"
        if wanted.get("firmware") == "bios":
            yield "firmware", "a loader of the type pflash is UEFI"


def _nvram(wanted: Values, config: Values) -> Complaints:
    nvram = _at(wanted, "boot.nvram") or {}
    known = {**(_at(config, "boot.nvram") or {}), **nvram}
    if nvram and ("type" in known) != ("source" in known):
        yield "boot.nvram", "type and source belong together"
    if nvram and "path" in known and "source" in known:
        yield "boot.nvram", "is a path, or a source"


def _boot(wanted: Values, _config: Values) -> Complaints:
    if _at(wanted, "boot.devices") == []:
        yield "boot.devices", "names nothing to boot from"


def _boards(wanted: Values, _config: Values) -> Complaints:
    for number, board in enumerate(_at(wanted, "smbios.base_boards") or ()):
        if not board:
            yield f"smbios.base_boards[{number}]", "says nothing of the board"


def _clock(wanted: Values, config: Values) -> Complaints:
    offset = _at(wanted, "clock.offset") or _at(config, "clock.offset")
    adjustment = _at(wanted, "clock.adjustment")
    if offset == "variable" and adjustment == "reset":
        yield "clock.adjustment", "a variable clock can not be reset"
    if offset in ("utc", "localtime") and adjustment not in (None, "reset"):
        yield (
            "clock.adjustment",
            f"seconds make a variable clock of it: say offset: variable, and basis: {offset}",
        )


def _hyperv(wanted: Values, _config: Values) -> Complaints:
    hyperv = _at(wanted, "features.hyperv") or {}
    if len(hyperv) > 1 and hyperv.get("mode") == "passthrough":
        yield (
            "features.hyperv.mode",
            "passthrough takes all that the node can do, and nothing beside it",
        )


def _protection(wanted: Values, config: Values) -> Complaints:
    new = wanted.get("launch_security") or {}
    kind = new.get("type") or _at(config, "launch_security.type")
    if new and new.get("state") != "absent" and not kind:
        yield "launch_security.type", "is needed"


def _places(wanted: Values, _config: Values) -> Complaints:
    if _at(wanted, "numa_tune.memory.placement") == "static":
        yield (
            "numa_tune.memory.placement",
            "goes without saying where nodes are named, and libvirt forgets it: leave it out",
        )


def _cards(wanted: Values, _config: Values) -> Complaints:
    cards = wanted.get("videos", ())
    if cards and all(card.get("primary") is False for card in cards):
        yield (
            f"videos[{cards[0]['name']}].primary",
            "a machine has a first card: leave it out, or say which card is the first",
        )


def _limits(wanted: Values, _config: Values) -> Complaints:
    for one in _at(wanted, "block_tune.devices") or ():
        if one.get("state") != "absent" and not set(one) - {"state", "path"}:
            yield f"block_tune.devices[{one['path']}]", "says nothing of it"


def _labels(wanted: Values, _config: Values) -> Complaints:
    """A static label is said, a dynamic one is made, and where there is none, nothing is."""
    never: dict[str, dict[str, Any]] = {
        "static": {"base_label": None},
        "dynamic": {"label": None, "relabel": False},
        "none": {"label": None, "base_label": None, "relabel": True},
    }
    for number, label in enumerate(wanted.get("seclabels", ())):
        here = f"seclabels[{number}]"
        kind = label.get("type") or "dynamic"
        if kind == "static" and label.get("label") is None:
            yield f"{here}.label", "is needed for a static label"
        for option, value in never[kind].items():
            if option in label and value in (None, label[option]):
                yield f"{here}.{option}", f"a {kind} label can not have it"


def _at(values: Values, path: str) -> Any:
    found: Any = values
    for step in path.split("."):
        found = (found or {}).get(step)
    return found


_CHECKS = (
    *(_firmware, _nvram, _boot, _boards, _clock, _hyperv),
    *(_protection, _places, _cards, _limits, _labels),
)
