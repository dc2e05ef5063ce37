# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the options of vm_power to the codes of keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.keys import code_of, typed
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

Chords = Sequence[Sequence[int]]

# libvirt's limit for what is pressed together.
_MOST = 16


def chords(given: Mapping[str, Any]) -> Chords:
    """The keys that are pressed together, chord by chord."""
    codeset = given.get("codeset", "linux")
    if "text" in given:
        if codeset != "linux":
            raise VmrtError("a text is typed with the codes of linux", option="codeset")
        return _told(lambda: typed(given["text"]), "text")
    keys = given.get("keys") or []
    if not 1 <= len(keys) <= _MOST:
        raise VmrtError(
            f"{len(keys)} keys can not be pressed together",
            option="keys",
            hint=f"Give 1 to {_MOST} of them, or a text.",
        )
    return _told(lambda: [[code_of(key, codeset) for key in keys]], "keys")


def _told(make: Callable[[], Chords], option: str) -> Chords:
    try:
        return make()
    except ValueError as error:
        raise VmrtError(str(error), option=option) from error
