# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Raw libvirt: are all vms as their definitions in a folder say, off, and not started by
themselves? Each kind of question is asked once where libvirt can answer it for all."""

from __future__ import annotations

import sys
from pathlib import Path

import libvirt

_OFF = libvirt.VIR_DOMAIN_SHUTOFF


def main(folder: str) -> None:
    connection = libvirt.open("qemu:///system")
    handles = {one.name(): one for one in connection.listAllDomains()}
    flag = libvirt.VIR_CONNECT_LIST_DOMAINS_AUTOSTART
    started = {one.name() for one in connection.listAllDomains(flag)}
    told = connection.getAllDomainStats(libvirt.VIR_DOMAIN_STATS_STATE)
    off = {one.name() for one, stats in told if stats["state.state"] == _OFF}
    same = 0
    wanted = sorted(Path(folder).glob("*.xml"))
    for path in wanted:
        name = path.stem
        found = handles[name].XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)
        same += found == path.read_text() and name in off - started
    print(f"{same} the same, {len(wanted) - same} differ")


main(*sys.argv[1:])
