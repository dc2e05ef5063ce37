# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a machine shows of Hyper-V, which makes Windows faster in it."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.switch import (
    of_switch,
    switch,
    word,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Schema

HYPERV = Schema(
    name="hyperv",
    doc="What the machine shows of Hyper-V, which makes Windows faster in it.",
    fields=(
        word(
            "mode",
            "Whether the guest gets what is said here (V(custom)), or all that the node can do "
            "(V(passthrough)).",
            "@mode",
            "custom",
            "passthrough",
        ),
        switch("relaxed", "Relaxed watchdogs for timers."),
        switch("vapic", "A virtual interrupt controller."),
        switch("spinlocks", "Spinlocks that give way."),
        of_switch(
            "spinlocks_retries",
            "How often a spinlock is tried before it gives way, at least 4095.",
            "spinlocks/@retries",
            codec.INT,
            type="int",
            check=names.spinlock_retries,
        ),
        switch("vpindex", "An index of the virtual processors."),
        switch("runtime", "The time that a processor has run."),
        switch("synic", "A synthetic interrupt controller."),
        switch("stimer", "Synthetic timers."),
        of_switch(
            "stimer_direct",
            "Timers that interrupt directly.",
            "stimer/direct",
            codec.SWITCH,
            type="bool",
        ),
        switch("reset", "A reset by the hypervisor."),
        switch("vendor_id", "A name of the hypervisor's maker."),
        of_switch(
            "vendor_id_value",
            "That name, of at most 12 characters.",
            "vendor_id/@value",
            codec.TEXT,
            check=names.vendor_id,
        ),
        switch("frequencies", "Frequencies of the processor and of its timers."),
        switch("reenlightenment", "A notice after a migration."),
        switch("tlbflush", "Flushes of other processors' buffers."),
        switch("ipi", "Interrupts between processors."),
        switch("evmcs", "A structure for hypervisors in the guest, on Intel."),
        switch("avic", "Interrupts by the processor's own hardware."),
    ),
)
