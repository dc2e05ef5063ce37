# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses that were told of the interfaces of a running vm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree

# A MAC address, an address of it, and the length of its prefix.
Told = tuple[str, str, int]
_OF_THE_LINK = ("127.", "::1", "fe80:", "169.254.")


def interfaces(domain: tree.Element) -> dict[str, dict[str, Any]]:
    """The interfaces of a definition by their MAC addresses."""
    nics = {}
    for element in domain.iterfind("devices/interface"):
        alias = element.find("alias")
        name = alias.get("name") if alias is not None else ""
        source = element.find("source")
        plug = dict(source.attrib) if source is not None else {}
        nics[element.find("mac").get("address").lower()] = {
            "nic": name[len("ua-vmrt-") :] if name.startswith("ua-vmrt-") else name,
            "network": plug.get("network") or plug.get("bridge") or plug.get("dev"),
        }
    return nics


def known_addresses(
    nics: Mapping[str, Mapping[str, Any]], told: Iterable[tuple[str, Told]]
) -> list[dict[str, Any]]:
    """Values of the schema ADDRESS, of what each source told; the first one counts."""
    seen: dict[tuple[str, str], dict[str, Any]] = {}
    for source, (mac, address, prefix) in told:
        if mac in nics and not address.startswith(_OF_THE_LINK):
            entry = {"mac": mac, "address": address, "prefix": prefix, "source": source}
            seen.setdefault((mac, address), {**nics[mac], **entry})
    return list(seen.values())
