# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A vm that is made of another one."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.backup import RESTORED_DISK
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.cloud_init import CLOUD_INIT
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.told import told
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Field,
    Owner,
    Schema,
)

VM_CLONE = Schema(
    name="vm_clone",
    doc="A vm that is made of another one.",
    fields=(
        Field("name", "Name of the new vm.", required=True, check=names.name),
        Field(
            "source",
            "Name of the vm that it is made of, which is off, paused or running, and stays that.",
            required=True,
            check=names.name,
        ),
        Field(
            "linked",
            [
                "Whether a disk that rests on an image goes on resting on it, and only what was "
                "written since is copied.",
                "A disk that rests on no image is copied as a whole.",
            ],
            type="bool",
            codec=codec.RAW,
            default=False,
        ),
        Field(
            "pool",
            "Pool that the disks come into. Without it, each comes into the pool that it is in.",
            check=names.name,
        ),
        Field(
            "exclude",
            "Names of disks that the new vm does not get.",
            type="list",
            elements="str",
        ),
        Field(
            "quiesce",
            "Whether the agent of a running source brings its file systems to rest for the moment "
            "that is copied. Else they are what they would be after a power cut.",
            type="bool",
            codec=codec.RAW,
        ),
        Field(
            "cloud_init",
            "The NoCloud seed of the new vm, as vmrt.libvirt.vm has it. From it the guest gets a "
            "host name, SSH host keys and a machine-id of its own. It is needed where the source "
            "has a seed.",
            of=CLOUD_INIT,
            type="dict",
        ),
        Field(
            "start",
            "Whether the new vm is started. It is off unless this says V(true).",
            type="bool",
            codec=codec.RAW,
        ),
        told("phase", "What the vm does: V(Running) or V(Stopped).", sample="Stopped"),
        told("uuid", "Its UUID.", sample="c7a5fdbd-cdaf-9455-926a-d65c16db1809"),
        Field(
            "disks",
            "Its disks.",
            type="list",
            of=RESTORED_DISK,
            many=True,
            owner=Owner.REPORTED,
        ),
    ),
)
