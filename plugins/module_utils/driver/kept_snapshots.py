# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The snapshots that libvirt keeps, read with few calls."""

from __future__ import annotations

from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import (
    found,
    libvirt,
    supported,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import SnapshotSeen


def snapshots_of(connection: Any, domain: Any = None) -> dict[str, list[SnapshotSeen]]:
    """Those of a domain, or of all that have any, by the domain's name."""
    flag = libvirt.VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT
    domains = [domain] if domain else supported(connection.listAllDomains, flag) or ()
    # A domain that goes in the meantime has none.
    kept = {one.name(): found(_kept, one) for one in domains}
    return {name: snapshots for name, snapshots in kept.items() if snapshots}


def _kept(domain: Any) -> list[SnapshotSeen]:
    listed = supported(domain.listAllSnapshots, libvirt.VIR_DOMAIN_SNAPSHOT_LIST_TOPOLOGICAL)
    if not listed:
        return []
    current = domain.snapshotCurrent(0).getName() if domain.hasCurrentSnapshot(0) else None
    secure = libvirt.VIR_DOMAIN_SNAPSHOT_XML_SECURE
    return [
        SnapshotSeen(one.getName(), one.getXMLDesc(secure), one.getName() == current)
        for one in listed
    ]
