# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The watchdog of a vm."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
    address_field,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.parts import acpi_index_field
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.plain import choice
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Schema

WATCHDOG = Schema(
    name="watchdog",
    doc="A watchdog, which acts when the guest stops answering it.",
    hotplug=True,
    fields=(
        DEVICE_STATE,
        choice(
            "model",
            "Model of the watchdog; V(i6300esb) is on PCI and can be plugged into a running vm.",
            "@model",
            ("i6300esb", "ib700", "diag288"),
            apply=Apply.REPLUG,
            initial="i6300esb",
        ),
        choice(
            "action",
            "What happens to the vm when the guest does not answer.",
            "@action",
            ("reset", "shutdown", "poweroff", "pause", "none", "dump", "inject-nmi"),
            absent="reset",
            apply=Apply.REPLUG,
        ),
        acpi_index_field(),
        address_field(),
    ),
)
