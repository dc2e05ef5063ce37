# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can not be wished of a secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


def check_secret(given: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[VmrtError]:
    """Complaints about a wish, before anything is touched; ``found`` is what there is."""
    now = {**found, **given}
    if found.get("private") and given.get("private") is False:
        yield VmrtError(
            "libvirt keeps a private secret private",
            option="private",
            hint="Remove it and make it anew, if you have its value.",
        )
    if given.get("generate") and now.get("ephemeral"):
        yield VmrtError(
            "nobody would have the value any more once libvirt restarts",
            option="generate",
            hint="Give a value, or leave ephemeral out.",
        )
    if "value" in given and now.get("type") == "ceph":
        # libvirt encodes it once more for Ceph, which then knows no such key.
        yield VmrtError(
            "Ceph prints its keys in base64, and libvirt wants what they stand for",
            option="value",
            hint="Give the key as value_base64.",
        )
    if "usage" in given and not found:
        yield from _usage(given["type"], given["usage"])


def _usage(kind: str, usage: str) -> Iterator[VmrtError]:
    try:
        (names.path if kind == "volume" else names.one_line)(usage)
    except ValueError as error:
        yield VmrtError(str(error), option="usage")
