# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the definition of each vm into a folder."""

from __future__ import annotations

import sys
from pathlib import Path

import libvirt

_INACTIVE = libvirt.VIR_DOMAIN_XML_INACTIVE


def main(folder: str) -> None:
    connection = libvirt.open("qemu:///system")
    Path(folder).mkdir(parents=True)
    for vm in connection.listAllDomains():
        # Libvirt moves a controller when it reads what it has written itself, and only then.
        settled = connection.defineXML(vm.XMLDesc(_INACTIVE))
        Path(folder, f"{vm.name()}.xml").write_text(settled.XMLDesc(_INACTIVE))


main(*sys.argv[1:])
