# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that only mean something beside a certain value of another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.complete_machine import (
    own_firmware,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_CONTAINER = ("boot.init", "boot.init_args", "boot.init_env", "boot.init_folder")
_SEV = ("kernel_hashes", "cbitpos", "reduced_phys_bits", "policy", "dh_cert", "session")
# An option, the one it belongs to, and the values of that.
_BELONGS: tuple[tuple[str, str, tuple[Any, ...]], ...] = (
    *((one, "os_type", ("exe",)) for one in (*_CONTAINER, "boot.init_user", "boot.init_group")),
    ("id_map", "os_type", ("exe",)),
    ("features.apic_eoi", "features.apic", (True,)),
    ("secure_boot", "firmware", ("efi",)),
    ("enrolled_keys", "firmware", ("efi",)),
    ("clock.adjustment", "clock.offset", ("utc", "localtime", "variable")),
    ("clock.basis", "clock.offset", ("variable",)),
    ("clock.timezone", "clock.offset", ("timezone",)),
    ("clock.start", "clock.offset", ("absolute",)),
    ("tpm.device", "tpm.type", ("passthrough",)),
    ("tpm.source", "tpm.type", ("external",)),
    ("tpm.encryption_secret", "tpm.type", ("emulator",)),
    ("tpm.persistent_state", "tpm.type", ("emulator",)),
    ("tpm.active_pcr_banks", "tpm.type", ("emulator",)),
    *((f"launch_security.{one}", "launch_security.type", ("sev",)) for one in _SEV),
)
# The same of a timer.
_OF_TIMERS: tuple[tuple[str, str, tuple[Any, ...]], ...] = (
    ("track", "name", ("platform", "rtc")),
    ("frequency", "name", ("tsc",)),
    ("mode", "name", ("tsc",)),
    ("tick_policy", "name", ("platform", "rtc", "tsc", "hpet", "pit", "armvtimer")),
    ("catchup", "tick_policy", ("catchup",)),
)
# An option that an option needs, where that has a value.
_NEEDS: tuple[tuple[str, str, str], ...] = (
    ("clock.offset", "timezone", "clock.timezone"),
    ("clock.offset", "absolute", "clock.start"),
    ("launch_security.type", "sev", "launch_security.policy"),
    ("tpm.type", "external", "tpm.source"),
)


def belongs(wanted: Mapping[str, Any], config: Mapping[str, Any]) -> list[VmrtError]:
    """Complaints about options that are given beside the wrong value of another one."""
    errors = [
        _wrong(option, selector, allowed)
        for option, selector, allowed in _BELONGS
        if _at(wanted, option) is not None and _now(selector, wanted, config) not in allowed
    ]
    for timer in (wanted.get("clock") or {}).get("timers", ()):
        here = f"clock.timers[{timer['name']}]"
        known = {**_timer(config, timer["name"]), **timer}
        errors += [
            _wrong(f"{here}.{option}", f"{here}.{selector}", allowed)
            for option, selector, allowed in _OF_TIMERS
            if timer.get(option) is not None and known.get(selector) not in allowed
        ]
    for selector, value, needed in _NEEDS:
        if _at(wanted, selector) == value and _now(needed, wanted, config) is None:
            errors.append(VmrtError(f"is needed where {selector} is {value}", option=needed))
    return [*errors, *_labels(wanted), *_others(wanted, config)]


def _labels(wanted: Mapping[str, Any]) -> list[VmrtError]:
    """A static label is said, a dynamic one is made, and where there is none, nothing is."""
    never: dict[str, dict[str, Any]] = {
        "static": {"base_label": None},
        "dynamic": {"label": None, "relabel": False},
        "none": {"label": None, "base_label": None, "relabel": True},
    }
    errors = []
    for number, label in enumerate(wanted.get("seclabels", ())):
        here = f"seclabels[{number}]"
        kind = label.get("type") or "dynamic"
        if kind == "static" and label.get("label") is None:
            errors.append(VmrtError("is needed for a static label", option=f"{here}.label"))
        errors += [
            VmrtError(f"a {kind} label can not have it", option=f"{here}.{option}")
            for option, value in never[kind].items()
            if option in label and value in (None, label[option])
        ]
    return errors


def _wrong(option: str, selector: str, allowed: tuple[Any, ...]) -> VmrtError:
    return VmrtError(
        f"is only of {selector}={', '.join(map(str, allowed)).replace('True', 'true')}",
        option=option,
        hint=f"Change {selector}, or leave the option out.",
    )


def _others(wanted: Mapping[str, Any], config: Mapping[str, Any]) -> list[VmrtError]:
    errors = []
    new = wanted.get("launch_security") or {}
    if new and new.get("state") != "absent" and not _now("launch_security.type", wanted, config):
        errors.append(VmrtError("is needed", option="launch_security.type"))
    if _at(wanted, "clock.adjustment") == "reset" and (
        _now("clock.offset", wanted, config) == "variable"
    ):
        errors.append(VmrtError("a variable clock can not be reset", option="clock.adjustment"))
    if own_firmware(wanted, config):
        errors += [
            VmrtError("is decided by the file of boot.loader", option=option, hint="Leave it out.")
            for option in ("secure_boot", "enrolled_keys")
            if option in wanted
        ]
        if wanted.get("firmware") == "bios":
            errors.append(VmrtError("a loader of the type pflash is UEFI", option="firmware"))
    nvram = _at(wanted, "boot.nvram") or {}
    known = {**(_at(config, "boot.nvram") or {}), **nvram}
    if nvram and ("type" in known) != ("source" in known):
        errors.append(VmrtError("type and source belong together", option="boot.nvram"))
    if nvram and "path" in known and "source" in known:
        errors.append(VmrtError("is a path, or a source", option="boot.nvram"))
    boards = _at(wanted, "smbios.base_boards") or ()
    errors += [
        VmrtError("says nothing of the board", option=f"smbios.base_boards[{number}]")
        for number, board in enumerate(boards)
        if not board
    ]
    hyperv = _at(wanted, "features.hyperv") or {}
    if len(hyperv) > 1 and hyperv.get("mode") == "passthrough":
        errors.append(
            VmrtError(
                "passthrough takes all that the node can do, and nothing beside it",
                option="features.hyperv.mode",
            )
        )
    return errors


def _timer(config: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    timers = (config.get("clock") or {}).get("timers") or ()
    return next((timer for timer in timers if timer.get("name") == name), {})


def _now(path: str, wanted: Mapping[str, Any], config: Mapping[str, Any]) -> Any:
    """The value that an option will have."""
    value = _at(wanted, path)
    return _at(config, path) if value is None else value


def _at(values: Mapping[str, Any], path: str) -> Any:
    found: Any = values
    for step in path.split("."):
        found = (found or {}).get(step)
    return found
