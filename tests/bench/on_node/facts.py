# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Raw libvirt: the definitions of all vms, and all statistics."""

from __future__ import annotations

import libvirt

connection = libvirt.open("qemu:///system")
definitions = [one.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE) for one in connection.listAllDomains()]
connection.getAllDomainStats()
print(f"{len(definitions)} read")
