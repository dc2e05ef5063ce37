# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The processor that a guest sees."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import limits, names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import ITEM_STATE
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.numa import NUMA
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema


def _restart(name: str, doc: str, at: str, **more: Any) -> Field:
    return Field(name, doc, at=at, apply=Apply.RESTART, **more)


def _number(name: str, doc: str) -> Field:
    return _restart(name, doc, f"@{name}", type="int", codec=codec.INT, check=names.positive)


_TOPOLOGY = Schema(
    name="topology",
    doc="How the CPUs are arranged; the product of all numbers is O(max_vcpus).",
    fields=(
        _number("sockets", "Sockets of the machine."),
        _number("dies", "Dies of a socket."),
        _number("cores", "Cores of a die."),
        _number("threads", "Threads of a core."),
    ),
)

_FEATURE = Schema(
    name="cpu_feature",
    doc="A feature of the processor.",
    key="name",
    fields=(
        ITEM_STATE,
        _restart(
            "name",
            "Name of the feature, such as V(vmx).",
            "@name",
            required=True,
            check=limits.feature,
        ),
        _restart(
            "policy",
            "Whether the guest has it even where the node has not (V(force)), needs it "
            "(V(require)), gets it where the node has it (V(optional)), has it not "
            "(V(disable)), or does not start where the node has it (V(forbid)).",
            "@policy",
            choices=("force", "require", "optional", "disable", "forbid"),
            initial="require",
        ),
    ),
)

_CACHE = Schema(
    name="cpu_cache",
    doc="The cache that the guest sees.",
    fields=(
        _restart(
            "mode",
            "Whether it is made up (V(emulate)), the node's own (V(passthrough)), or none "
            "(V(disable)).",
            "@mode",
            choices=("emulate", "passthrough", "disable"),
            required=True,
        ),
        _restart(
            "level",
            "Level that is made up; without it, all levels.",
            "@level",
            type="int",
            codec=codec.INT,
            check=limits.cache_level,
            only={"mode": ("emulate",)},
        ),
    ),
)

_MAX_PHYS_ADDR = Schema(
    name="max_phys_addr",
    doc="Width of physical addresses.",
    fields=(
        _restart(
            "mode",
            "Whether it is made up (V(emulate)) or the node's own (V(passthrough)).",
            "@mode",
            choices=("emulate", "passthrough"),
            required=True,
        ),
        replace(_number("bits", "Width of V(emulate), in bits."), only={"mode": ("emulate",)}),
    ),
)

CPU = Schema(
    name="cpu",
    doc="The processor that the guest sees.",
    required_if=(("mode", "custom", ("model",)),),
    fields=(
        _restart(
            "mode",
            "Whether the guest sees a named model (V(custom)), the model closest to the node's "
            "(V(host-model)), the node's own (V(host-passthrough)), or all that the hypervisor "
            "can do (V(maximum)).",
            "@mode",
            choices=("custom", "host-model", "host-passthrough", "maximum"),
        ),
        _restart(
            "match",
            "Whether the processor may be better than what is said (V(minimum)), is exactly that "
            "(V(exact)), or the vm does not start on a better node (V(strict)).",
            "@match",
            choices=("minimum", "exact", "strict"),
            only={"model": ()},
        ),
        _restart(
            "check",
            "What libvirt checks before the vm starts: nothing, what it can know (V(partial)), or "
            "all that the guest really gets (V(full)).",
            "@check",
            choices=("none", "partial", "full"),
            only={"mode": ()},
        ),
        _restart(
            "migratable",
            "Whether V(host-passthrough) and V(maximum) leave out what would keep the vm on its "
            "node.",
            "@migratable",
            type="bool",
            codec=codec.ON_OFF,
            only={"mode": ("host-passthrough", "maximum")},
        ),
        _restart("model", "Name of the model for V(custom).", "model"),
        _restart(
            "fallback",
            "Whether libvirt may take the nearest model that the hypervisor knows.",
            "model/@fallback",
            choices=("allow", "forbid"),
            only={"model": ()},
        ),
        _restart(
            "vendor_id",
            "What the guest reads as the maker of the processor, in 12 characters.",
            "model/@vendor_id",
            check=limits.vendor_id,
        ),
        _restart(
            "vendor",
            "Maker that the node's processor must have.",
            "vendor",
            only={"model": ()},
        ),
        _restart("topology", _TOPOLOGY.doc, "topology", of=_TOPOLOGY),
        _restart("cache", _CACHE.doc, "cache", of=_CACHE),
        _restart("max_phys_addr", _MAX_PHYS_ADDR.doc, "maxphysaddr", of=_MAX_PHYS_ADDR),
        _restart("features", _FEATURE.doc, "feature", of=_FEATURE, many=True),
        *NUMA,
    ),
)

PROCESSOR = (Field("cpu", CPU.doc, at="cpu", of=CPU, apply=Apply.RESTART, expands=True),)
