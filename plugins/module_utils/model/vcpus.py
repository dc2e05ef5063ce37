# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The CPUs of a vm, and where they may run."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Owner,
    Schema,
    said,
)

_VCPU = Schema(
    name="vcpu",
    doc="One CPU of the guest.",
    fields=(
        Field(
            "id",
            "Number of the CPU.",
            type="int",
            at="@id",
            codec=codec.INT,
            check=names.not_negative,
            required=True,
            apply=Apply.RESTART,
        ),
        Field(
            "enabled",
            "Whether it is there at the start.",
            type="bool",
            at="@enabled",
            codec=codec.YES_NO,
            required=True,
            apply=Apply.RESTART,
        ),
        Field(
            "hotpluggable",
            "Whether it can come and go; the first can not.",
            type="bool",
            at="@hotpluggable",
            codec=codec.YES_NO,
            apply=Apply.RESTART,
        ),
        Field(
            "order",
            "Place among the CPUs in the order in which they are added.",
            type="int",
            at="@order",
            codec=codec.INT,
            check=names.positive,
            apply=Apply.RESTART,
        ),
    ),
)

VCPUS = (
    Field(
        "max_vcpus",
        "CPUs that the guest can have without a restart.",
        type="int",
        at="vcpu",
        codec=codec.INT,
        check=names.positive,
        apply=Apply.RESTART,
        initial_doc="the product of O(cpu.topology), or the value of O(vcpus)",
    ),
    Field(
        "vcpus",
        "CPUs of the guest. A running guest gets more up to O(max_vcpus); fewer come at the "
        "next start, since guests seldom let go of a CPU.",
        type="int",
        at=("vcpu/@current", "vcpu"),
        codec=codec.INT,
        check=names.positive,
        apply=Apply.LIVE,
        via="vcpus",
        initial=1,
    ),
    Field(
        "vcpu_placement",
        "Whether O(vcpu_cpus) says where the CPUs run, or the advice of numad.",
        at="vcpu/@placement",
        choices=("static", "auto"),
        apply=Apply.RESTART,
    ),
    Field(
        "vcpu_cpus",
        "CPUs of the node that the vm runs on, such as V(0-3,^2), where O(cpu_tune) does not say "
        "otherwise.",
        at="vcpu/@cpuset",
        codec=codec.CPUS,
        apply=Apply.RESTART,
    ),
    Field(
        "vcpu_list",
        "The CPUs one by one, where some can come and go. The list is one value and names all "
        "O(max_vcpus); O(vcpus) is the number of those that are enabled.",
        at="vcpus/vcpu",
        of=_VCPU,
        many=True,
        same=said,
        # libvirt writes one for a running guest to which a CPU was added.
        owner=Owner.FILLED,
        initial_doc="the first O(vcpus) of O(max_vcpus)",
        apply=Apply.RESTART,
    ),
)
