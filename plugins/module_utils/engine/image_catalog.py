# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where an image comes from that has only a name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.image import SOURCES
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_TRANSLATED = ("url", "path", "checksum")


def translated(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was given, and where that says no source, what the first rule of the catalog says that
    fits; one with the name itself goes before those with a pattern."""
    rules = given.get("catalog") or ()
    if not rules or any(source in given for source in SOURCES):
        return given
    for number, rule in sorted(enumerate(rules), key=lambda one: "name" not in one[1]):
        found = re.fullmatch(rule.get("match") or re.escape(rule["name"]), given["name"])
        if found:
            said = {name: value for name, value in rule.items() if name not in ("name", "match")}
            for name in (one for one in _TRANSLATED if "match" in rule and one in said):
                said[name] = _expanded(found, said[name], f"catalog[{number}].{name}")
            return _checked({**said, **given}, f"catalog[{number}].path")
    return given


def _expanded(found: re.Match[str], template: str, option: str) -> str:
    try:
        return found.expand(template)
    except (re.error, IndexError) as error:
        raise VmrtError(
            f"{template!r} can not be filled in: {error}",
            option=option,
            hint="Refer to the groups of match, such as \\1.",
        ) from error


def _checked(given: dict[str, Any], option: str) -> dict[str, Any]:
    try:
        if "path" in given:
            names.path(given["path"])
    except ValueError as error:
        raise VmrtError(str(error), option=option) from error
    return given
