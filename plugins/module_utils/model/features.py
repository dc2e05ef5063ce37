# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Features of the machine."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema

_FEATURES = Schema(
    name="features",
    doc="Features of the machine.",
    fields=(
        Field(
            "acpi",
            "ACPI, which a guest needs to be shut down and to have devices plugged.",
            type="bool",
            at="acpi",
            codec=codec.PRESENCE,
            initial=True,
            apply=Apply.RESTART,
        ),
        Field(
            "apic",
            "The interrupt controller that several CPUs need.",
            type="bool",
            at="apic",
            codec=codec.PRESENCE,
            initial=True,
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
