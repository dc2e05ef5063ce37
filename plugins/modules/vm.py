#!/usr/bin/python
# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vm
short_description: Converge a virtual machine
"""

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.resource import (
    VM_RESOURCE,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.module import run


def main() -> None:
    run(VM_RESOURCE)


if __name__ == "__main__":
    main()
