# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which address of a guest counts. What guests tell is a claim, and no address until checked."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any

_SOURCES = ("static", "lease", "agent")


def checked(text: Any) -> str:
    """An address that a guest can have, in its shortest form; "" for anything else."""
    try:
        address = ipaddress.ip_address(str(text))
    except ValueError:
        return ""
    useless = (
        address.is_loopback,
        address.is_link_local,
        address.is_multicast,
        address.is_unspecified,
        address.is_reserved,
        # A zone names an interface of whoever told it.
        "%" in str(address),
    )
    return "" if any(useless) else str(address)


def choose(
    told: Mapping[str, Iterable[Mapping[str, Any]]], own: Iterable[str]
) -> dict[str, Mapping[str, Any]]:
    """The address of each vm: what is static before leases, before what agents say; IPv4 first.

    An agent may say anything, so it gets none that another vm or the node itself has.
    """
    taken = {checked(address): "" for address in own}
    known = {
        vm: [{**one, "address": checked(one.get("address"))} for one in some]
        for vm, some in told.items()
    }
    chosen: dict[str, Mapping[str, Any]] = {}
    for source in _SOURCES:
        for vm, some in known.items():
            fits = [
                one
                for one in some
                if one["source"] == source
                and one["address"]
                and taken.get(one["address"], vm) == vm
            ]
            for one in fits:
                taken.setdefault(one["address"], vm)
            if vm not in chosen and fits:
                chosen[vm] = min(fits, key=lambda one: ":" in one["address"])
    return chosen
