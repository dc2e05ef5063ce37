# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a vm gets of its node."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import limits, names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.block_tune import BLOCK_TUNE
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.cpu_tune import CPU_TUNE
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.numa_tune import NUMA_TUNE
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema

_RESOURCE = Schema(
    name="resource",
    doc="Where the node accounts for the vm.",
    fields=(
        Field(
            "partition",
            "Partition of the node's cgroups, such as V(/machine/production).",
            at="partition",
            check=names.path,
            apply=Apply.RESTART,
        ),
        Field(
            "fibre_channel_app",
            "Name by which switches of a Fibre Channel network know the vm.",
            at="fibrechannel/@appid",
            check=limits.app_id,
            apply=Apply.RESTART,
        ),
    ),
)

TUNING = (
    Field("block_tune", BLOCK_TUNE.doc, at="blkiotune", of=BLOCK_TUNE, apply=Apply.RESTART),
    Field("cpu_tune", CPU_TUNE.doc, at="cputune", of=CPU_TUNE, apply=Apply.RESTART),
    Field("numa_tune", NUMA_TUNE.doc, at="numatune", of=NUMA_TUNE, apply=Apply.RESTART),
    Field("resource", _RESOURCE.doc, at="resource", of=_RESOURCE, apply=Apply.RESTART),
)
