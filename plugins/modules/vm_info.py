#!/usr/bin/python
# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vm_info
short_description: Read vms
"""

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine import info
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm_info import VM_INFO
from ansible_collections.vmrt.libvirt.plugins.module_utils.module import run_info


def main() -> None:
    run_info(VM_INFO, info.vms)


if __name__ == "__main__":
    main()
