# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What network interfaces are plugged into, and which of their options fit together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.nic import NIC, PLUGS
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.nic_parts import SWITCHES

_NEEDS: Mapping[str, tuple[str, ...]] = {
    "bridge": ("bridge",),
    "network": ("network",),
    "direct": ("dev",),
    "vdpa": ("dev",),
    "vhostuser": ("socket", "socket_mode"),
    "hostdev": ("host_device",),
    "internal": ("internal",),
    **dict.fromkeys(("mcast", "client"), ("peer_address", "peer_port")),
    "server": ("peer_port",),
    "udp": ("peer_address", "peer_port", "local_address", "local_port"),
}
_SWITCHED = ("bridge", "network", "direct", "hostdev")


def find_plug(values: dict[str, Any], now: str | None) -> None:
    """What an interface is plugged into, which is ``now`` of one that is there; a new one that does
    not say is in the default network."""
    told = next((option for option in PLUGS if option in values), None)
    if told:
        kinds = NIC[told].company["type"]
        values.setdefault("type", now if now in kinds else PLUGS[told])
    if now is None and values.setdefault("type", "network") == "network":
        values.setdefault("network", "default")


def check_plug(now: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Complaints about an interface of which one option does not fit another."""
    kind = now.get("type")
    for option in _NEEDS.get(str(kind), ()):
        if option not in now:
            yield option, f"an interface of the type {kind} needs it"
    port = now.get("virtual_port") or {}
    if port.get("state") != "absent" and port:
        if kind not in _SWITCHED:
            yield "virtual_port", f"an interface of the type {kind} has none"
        for option in set(port) - {"type", "state"} - {*SWITCHES.get(str(port.get("type")), ())}:
            yield f"virtual_port.{option}", f"a switch of the kind {port.get('type')} has none"
        if port.get("type") == "midonet" and "interface_id" not in port:
            yield "virtual_port.interface_id", "midonet needs it"
    vlan = now.get("vlan") or {}
    if vlan and vlan.get("state") != "absent" and not vlan.get("tags"):
        yield "vlan.tags", "at least one is needed"
    if len(vlan.get("tags") or ()) > 1 and vlan.get("trunk") is False:
        yield "vlan.trunk", "is true where there are several VLANs: leave it out"
    for direction, rates in (now.get("bandwidth") or {}).items():
        if rates and rates.get("state") != "absent" and not {"average", "floor"} & set(rates):
            yield f"bandwidth.{direction}.average", "is needed"
    if ("teaming_persistent" in now) != (now.get("teaming") == "transient"):
        yield "teaming_persistent", "belongs to teaming: transient"
    if "target_managed" in now and "target" not in now:
        yield "target", "is needed beside target_managed"
    if "boot_loadparm" in now and "boot_order" not in now:
        yield "boot_order", "is needed beside boot_loadparm"
