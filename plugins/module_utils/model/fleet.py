# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many vms of one node, and what they need, as one wish."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.progress import PROGRESS
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field, Owner, Schema


def _things(name: str, module: str, doc: str) -> Field:
    # Their own schema reads them: Ansible would take longer for a thousand than libvirt does.
    return Field(
        name,
        f"{doc} Each is a dictionary with the options of M(vmrt.libvirt.{module}).",
        type="list",
        elements="dict",
        codec=codec.RAW,
        # Too much to come back with each result; what of it is secret is known to its own schema.
        no_log=True,
    )


ROLLING = Schema(
    name="rolling restart",
    doc="Restarts the vms for which something waits, a few at a time, after all else was done. "
    "When one of a batch does not come back, no further one is restarted.",
    fields=(
        Field(
            "batch",
            "How many vms are restarted at once.",
            type="int",
            codec=codec.INT,
            check=names.positive,
            default=1,
        ),
        Field(
            "wait_for",
            "What a restarted vm has to reach to have come back, as O(vmrt.libvirt.vm#module:"
            "wait_for) says it, within its O(vmrt.libvirt.vm#module:wait_timeout).",
            choices=("none", "ip", "agent", "ssh", "cloud_init"),
            default="none",
        ),
    ),
)


def _told(name: str, doc: str | Sequence[str], **more: Any) -> Field:
    return Field(name, doc, owner=Owner.REPORTED, **more)


_RESULT = Schema(
    name="result",
    doc="What became of a vm.",
    fields=(
        _told("changed", "Whether it was changed.", type="bool", sample=True),
        _told("failed", "Whether not all of it could be done.", type="bool", sample=False),
        _told("msg", "Why it failed, and what to do.", sample=""),
        _told(
            "actions",
            "The steps that were taken for it, or, in check mode, that would be taken.",
            type="list",
            elements="dict",
            sample=[{"action": "set_memory", "name": "web1", "size": 4294967296}],
        ),
        _told(
            "changes",
            "The options whose values differ from what there was, with what they were and are.",
            type="list",
            elements="dict",
            sample=[{"option": "memory", "before": "2GiB", "after": "4GiB"}],
        ),
        _told(
            "restart_required",
            "The options whose new values wait for a restart.",
            type="list",
            elements="str",
            sample=["cpu.mode"],
        ),
        _told("warnings", "What may not be meant.", type="list", elements="str", sample=[]),
        _told("diff", "What it was and what it is, of one that is changed.", type="dict"),
        _told("filled", "What was chosen for a new vm.", type="dict", sample={"hypervisor": "kvm"}),
        _told("phase", "What it does after the run, in one word.", sample="Running"),
        _told(
            "vm",
            "The vm after the run, of one that was changed, as M(vmrt.libvirt.vm) returns it; its "
            "addresses are those that libvirt gave it.",
            type="dict",
        ),
    ),
)

_SUMMARY = Schema(
    name="summary",
    doc="The whole run in few words: names of vms, and how many stay as they are.",
    fields=(
        _told("create", "The new ones.", type="list", elements="str", sample=["web3"]),
        _told("change", "Those that change.", type="list", elements="str", sample=["web1"]),
        _told("remove", "Those that go.", type="list", elements="str", sample=[]),
        _told("failed", "Those that failed.", type="list", elements="str", sample=[]),
        _told("unchanged", "How many stay as they are.", type="int", sample=95),
    ),
)

FLEET = Schema(
    name="fleet",
    doc="Many vms of one node.",
    fields=(
        _things("secrets", "secret", "Keys and passwords that the others need, set before them."),
        _things("pools", "pool", "Pools that the vms need, made before them."),
        _things("networks", "network", "Networks that the vms need, made before them."),
        _things(
            "images",
            "image",
            "Images that disks are overlays of, brought before them. C(src) and C(progress) are "
            "not among their options.",
        ),
        _things("disks", "disk", "Volumes that belong to no vm alone, made before the vms."),
        _things("vms", "vm", "The vms. What goes wrong with one does not hinder the others."),
        Field(
            "workers",
            "How many things are worked on at the same time, each over a connection of its own. "
            "Without it, twice as many as the node has CPUs, and at most 8. Guests shut down, and "
            "are waited for, in larger numbers.",
            type="int",
            codec=codec.INT,
            check=names.positive,
        ),
        Field(
            "max_parallel_starts",
            "How many vms start at the same time. One that waits for something (O(vmrt.libvirt."
            "vm#module:wait_for)) counts until that has come, so that not all boot at once.",
            type="int",
            codec=codec.INT,
            check=names.positive,
        ),
        Field("rolling", ROLLING.doc, of=ROLLING, type="dict"),
        *PROGRESS,
        Field(
            "claim",
            "Whether new vms are only defined, so that their names are taken on this node. Nothing "
            "is started, no disk is made, and vms that there are stay as they are. So it can be "
            "found out whether somebody else makes the same vm on another node, before it is made "
            "in full.",
            type="bool",
            codec=codec.RAW,
            default=False,
        ),
        Field(
            "claimed",
            "RV(outcome) of an earlier task with O(claim), which is told as a part of this one.",
            type="dict",
            codec=codec.RAW,
            no_log=True,
        ),
        Field(
            "told",
            "An entry of RV(outcome) of an earlier task, which becomes the result of this one. The "
            "task does nothing else, and needs no node: so each vm of an inventory has a result of "
            "its own of what was done for all.",
            type="dict",
            codec=codec.RAW,
        ),
        _told(
            "outcome",
            "What became of each vm, by its name. What is empty is left out.",
            type="dict",
            of=_RESULT,
        ),
        _told("summary", _SUMMARY.doc, type="dict", of=_SUMMARY),
        _told(
            "shared",
            "What became of the secrets, pools, networks, images and disks: by the name of the "
            "option, and in it by their names, in the shape of RV(outcome). The name of an image "
            "or a disk begins with that of its pool, and that of a secret with its type.",
            type="dict",
            sample={"pools": {"default": {"changed": False, "failed": False}}},
        ),
    ),
)
