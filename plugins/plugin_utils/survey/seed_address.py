# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses that a vm's own seed gives to its guest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import Observer
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.complete import SEED
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.seed_iso import read_iso
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_KINDS = ("ethernets", "bonds", "bridges", "vlans")


def seed_addresses(observer: Observer, options: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Static addresses of the network configuration, as far as the seed can be read."""
    owned = (options.get("status") or {}).get("owned_volumes") or ()
    volume = next((one for one in owned if one.endswith(f"/{options['name']}-{SEED}.iso")), None)
    if volume is None:
        return []
    pool, _slash, name = volume.partition("/")
    try:
        text = read_iso(observer.download(pool, name)).network_config
        config = yaml.safe_load(text or "")
    except (VmrtError, ImportError, yaml.YAMLError):
        return []
    macs = {nic["mac"]: nic.get("network") for nic in options.get("nics") or () if nic.get("mac")}
    first = next(iter(macs.values()), None)
    return [
        {"address": address, "network": macs.get(mac, first), "source": "static"}
        for mac, address in _addresses(config)
    ]


def _addresses(config: Any) -> Iterator[tuple[str, str]]:
    """MAC addresses, where they are told, and addresses without their prefixes."""
    for kind in _KINDS:
        devices = _mapping(_mapping(config).get(kind))
        for device in map(_mapping, devices.values()):
            mac = str(_mapping(device.get("match")).get("macaddress") or "").lower()
            listed = device.get("addresses")
            for address in listed if isinstance(listed, list) else ():
                # netplan also takes an address with options, as a dictionary of one.
                text = next(iter(address), "") if isinstance(address, dict) else address
                yield mac, str(text).partition("/")[0]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
