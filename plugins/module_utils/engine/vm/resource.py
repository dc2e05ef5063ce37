# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A vm as a resource."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import Resource
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.plan import plan_vm
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.rename import find_vm
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.report import report_vm
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.wait import wait_for_vm
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM

VM_RESOURCE = Resource(
    schema=VM,
    look=find_vm,
    plan=plan_vm,
    report=lambda observer, given: report_vm(observer, given["name"]),
    wait=wait_for_vm,
)
