# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The smaller devices of a vm, in the order in which libvirt writes them."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.audio import AUDIO
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.hostdev import HOSTDEV
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.hub import HUB
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.input import INPUT
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.lease import LEASE
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.nvram import NVRAM
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.panic import PANIC
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.redirection import (
    REDIR_RULE,
    REDIRDEV,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.shmem import SHMEM
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.smartcard import SMARTCARD
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.sound import SOUND
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.video import VIDEO
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vsock import VSOCK
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.watchdog import WATCHDOG
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field

INPUTS = (
    Field(
        "inputs",
        "Keyboards, mice and tablets of the vm, known by their names.",
        at="devices/input",
        of=INPUT,
        many=True,
        apply=Apply.RESTART,
    ),
)

MEDIA = (
    Field(
        "audios",
        "What plays and records the sound of the vm, known by their numbers.",
        at="devices/audio",
        of=AUDIO,
        many=True,
        apply=Apply.RESTART,
    ),
    Field(
        "sounds",
        "Sound cards of the vm, known by their names.",
        at="devices/sound",
        of=SOUND,
        many=True,
        apply=Apply.RESTART,
    ),
    Field(
        "videos",
        "Graphics cards of the vm, known by their names.",
        at="devices/video",
        of=VIDEO,
        many=True,
        apply=Apply.RESTART,
    ),
)

HOSTDEVS = (
    Field(
        "hostdevs",
        "Devices of the node that the vm has for itself, known by their names.",
        at="devices/hostdev",
        of=HOSTDEV,
        many=True,
        apply=Apply.RESTART,
    ),
)

REDIRECTIONS = (
    Field(
        "redirdevs",
        "Ports for USB devices of whoever is connected to the vm, known by their names.",
        at="devices/redirdev",
        of=REDIRDEV,
        many=True,
        apply=Apply.RESTART,
    ),
    Field(
        "redir_filter",
        "Rules on which USB devices may be redirected to the vm.",
        at="devices/redirfilter/usbdev",
        of=REDIR_RULE,
        many=True,
        apply=Apply.RESTART,
    ),
    Field(
        "hubs",
        "USB hubs of the vm, known by their names.",
        at="devices/hub",
        of=HUB,
        many=True,
        apply=Apply.RESTART,
    ),
    Field(
        "watchdog",
        WATCHDOG.doc,
        at="devices/watchdog",
        of=WATCHDOG,
        apply=Apply.RESTART,
    ),
)

REST = (
    Field(
        "nvram",
        NVRAM.doc,
        at="devices/nvram",
        of=NVRAM,
        apply=Apply.RESTART,
    ),
    Field(
        "panics",
        "Devices by which the guest tells that it crashed, known by their names.",
        at="devices/panic",
        of=PANIC,
        many=True,
        apply=Apply.RESTART,
    ),
    Field(
        "shmems",
        "Memory that the vm shares with others, known by the names of its devices.",
        at="devices/shmem",
        of=SHMEM,
        many=True,
        apply=Apply.RESTART,
    ),
    Field(
        "vsock",
        VSOCK.doc,
        at="devices/vsock",
        of=VSOCK,
        apply=Apply.RESTART,
    ),
)

LEASES = (
    Field(
        "leases",
        "Leases of the lock manager that the vm holds while it runs.",
        at="devices/lease",
        of=LEASE,
        many=True,
        apply=Apply.RESTART,
    ),
)

SMARTCARDS = (
    Field(
        "smartcard",
        SMARTCARD.doc,
        at="devices/smartcard",
        of=SMARTCARD,
        apply=Apply.RESTART,
    ),
)
