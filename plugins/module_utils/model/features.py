# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Features of the machine."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.hyperv import HYPERV
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.switch import (
    of_switch,
    switch,
    there,
    word,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema

_GIC = ("default", "host", "2", "3")
_MITIGATIONS = ("broken", "workaround", "fixed")

_KVM = Schema(
    name="kvm_features",
    doc="What the machine shows of KVM.",
    fields=(
        switch("hidden", "Whether the guest can not see that it runs on KVM."),
        switch("hint_dedicated", "Whether the guest is told that its processors are its own."),
        switch("poll_control", "Whether the guest can control how idle processors wait."),
        switch("pv_ipi", "Faster interrupts between processors."),
        switch("dirty_ring", "Whether written memory is noted in a ring."),
        of_switch(
            "dirty_ring_size",
            "Entries of that ring, a power of 2 from 1024 to 65536.",
            "dirty-ring/@size",
            codec.INT,
            type="int",
            check=names.ring_size,
        ),
    ),
)

_XEN = Schema(
    name="xen_features",
    doc="What the machine has under Xen.",
    fields=(
        switch("e820_host", "Whether the guest sees the node's map of memory."),
        switch("passthrough", "Whether host devices are possible."),
        of_switch(
            "passthrough_mode",
            "How their tables of pages are kept.",
            "passthrough/@mode",
            codec.TEXT,
            choices=("sync_pt", "share_pt"),
        ),
    ),
)

_FEATURES = Schema(
    name="features",
    doc="Features of the machine.",
    fields=(
        there("pae", "Physical addresses of 36 bits for a guest of 32."),
        there(
            "acpi",
            "ACPI, which a guest needs to be shut down and to have devices plugged.",
            initial=True,
        ),
        there("apic", "The interrupt controller that several CPUs need.", initial=True),
        Field(
            "apic_eoi",
            "Whether the guest can end interrupts without leaving its processor.",
            type="bool",
            at={True: "apic/@eoi"},
            by="apic",
            codec=codec.ON_OFF,
            apply=Apply.RESTART,
        ),
        switch("hap", "Tables of pages in the hardware."),
        there("viridian", "What Xen shows of Hyper-V."),
        there("privnet", "A network namespace of its own for a container."),
        Field("hyperv", HYPERV.doc, at="hyperv", of=HYPERV, apply=Apply.RESTART),
        Field("kvm", _KVM.doc, at="kvm", of=_KVM, apply=Apply.RESTART),
        Field("xen", _XEN.doc, at="xen", of=_XEN, apply=Apply.RESTART),
        switch("pvspinlock", "Spinlocks that know of the hypervisor."),
        switch("pmu", "Counters of the processor's performance."),
        switch("vmport", "The port of VMware's mouse and clipboard."),
        Field(
            "gic",
            "Version of the interrupt controller of ARM; V(default) is the newest that there is.",
            at="gic",
            choices=_GIC,
            codec=codec.WordOf("version", "default"),
            apply=Apply.RESTART,
        ),
        switch("smm", "System management mode, which secure boot needs."),
        of_switch(
            "smm_tseg",
            "Memory that is kept for the system management mode, such as V(48MiB).",
            "smm/tseg",
            codec.MEGABYTES,
        ),
        word("ioapic", "Who does the interrupts of devices.", "ioapic/@driver", "kvm", "qemu"),
        word(
            "hpt_resizing",
            "Whether a guest of POWER can resize its table of pages.",
            "hpt/@resizing",
            "enabled",
            "disabled",
            "required",
        ),
        Field(
            "hpt_max_page_size",
            "Largest page of a guest of POWER, such as V(16MiB).",
            at="hpt/maxpagesize",
            codec=codec.MEMORY,
            apply=Apply.RESTART,
        ),
        switch("vmcoreinfo", "Where the guest says how its memory can be dumped."),
        switch("htm", "Transactional memory of POWER."),
        switch("nested_hv", "Hypervisors in a guest of POWER."),
        word(
            "msrs_unknown",
            "What happens to a guest that uses a register which its processor does not have.",
            "msrs/@unknown",
            "ignore",
            "fault",
        ),
        switch("ccf_assist", "Help of POWER against Spectre."),
        word("cfpc", "Flush of POWER's cache.", "cfpc/@value", *_MITIGATIONS),
        word("sbbc", "Bounds checks of POWER.", "sbbc/@value", *_MITIGATIONS),
        word(
            "ibs",
            "Indirect branches of POWER.",
            "ibs/@value",
            *("broken", "workaround", "fixed-ibs", "fixed-ccd", "fixed-na"),
        ),
        Field(
            "tcg_tb_cache",
            "Cache of translated code of the emulator, such as V(128MiB); of O(hypervisor=qemu).",
            at="tcg/tb-cache",
            codec=codec.MEGABYTES,
            apply=Apply.RESTART,
        ),
    ),
)

FEATURES = (
    Field(
        "features",
        _FEATURES.doc,
        at="features",
        of=_FEATURES,
        apply=Apply.RESTART,
    ),
)
