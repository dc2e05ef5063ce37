# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""CPUs of a vm, and the processor that its guest sees."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema

CPU = Schema(
    name="cpu",
    doc="The processor that the guest sees.",
    required_if=(("mode", "custom", ("model",)),),
    fields=(
        Field(
            "mode",
            "Whether the guest sees a named model (V(custom)), the model closest to the node's "
            "(V(host-model)), the node's own (V(host-passthrough)), or all that the hypervisor "
            "can do (V(maximum)).",
            at="@mode",
            choices=("custom", "host-model", "host-passthrough", "maximum"),
            apply=Apply.RESTART,
        ),
        Field(
            "model",
            "Name of the model for V(custom).",
            at="model",
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
        initial_doc="the value of O(vcpus)",
    ),
    Field(
        "vcpus",
        "CPUs of the guest. A running guest gets more up to O(max_vcpus); fewer come at the "
        "next start.",
        type="int",
        at=("vcpu/@current", "vcpu"),
        codec=codec.INT,
        check=names.positive,
        apply=Apply.LIVE,
        via="vcpus",
        initial=1,
    ),
)

PROCESSOR = (Field("cpu", CPU.doc, at="cpu", of=CPU, apply=Apply.RESTART, expands=True),)
