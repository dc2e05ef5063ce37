# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A template that vms are made of: images of disks, and what a vm of it is declared with."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.told import told
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field, Schema

_DISK = Schema(
    name="disk",
    doc="A disk of a template.",
    fields=(
        told("name", "Its name.", sample="root"),
        told("image", "The volume that is its image.", sample="web-root.qcow2"),
        told("format", "Format of the image.", sample="qcow2"),
        told("size", "Its capacity.", codec=codec.CAPACITY, sample="10GiB"),
    ),
)

_TOLD = (
    told("uuid", "Its UUID.", sample="c7a5fdbd-cdaf-9455-926a-d65c16db1809"),
    told("status", "V(Ready), or V(Broken) where no vm can be made of it.", sample="Ready"),
    told(
        "problems",
        "What is wrong with one that is broken.",
        type="list",
        elements="str",
        sample=["its image default/web-root.qcow2 is gone"],
    ),
    told("node", "The node that it was made on.", sample="node1"),
    told("created", "When it was made, in seconds since 1970.", type="int", sample=1767225600),
    told(
        "file",
        "The file that says all of this, in JSON.",
        sample="/var/lib/libvirt/images/web.template.json",
    ),
    told("disks", "Its disks.", type="list", of=_DISK, many=True),
    told(
        "vm",
        "What a vm of it is declared with, as options of M(vmrt.libvirt.vm).",
        type="dict",
        sample={"memory": "1GiB", "vcpus": 2},
    ),
    told(
        "used_by",
        "Names of the vms that have one of its images below a disk.",
        type="list",
        elements="str",
        sample=["web1"],
    ),
    told(
        "overlays",
        "Volumes of active pools that rest on one of its images, each as pool and name.",
        type="list",
        elements="str",
        sample=["default/web1-root.qcow2"],
    ),
)
_FROM_VM = "The vm that it was made of, which may be gone."

SEEN = Schema(
    name="vm_template",
    doc="A template as it was found.",
    fields=(
        told("name", "Its name.", sample="web"),
        told("pool", "The pool that holds it.", sample="default"),
        told("from_vm", _FROM_VM, sample="web1"),
        *_TOLD,
    ),
)

VM_TEMPLATE = Schema(
    name="vm_template",
    doc="A template that vms are made of.",
    fields=(
        Field("name", "Name of the template.", required=True, check=names.name),
        Field(
            "pool",
            "Pool that holds its images, and the file that says what it is.",
            check=names.name,
            default="default",
        ),
        Field(
            "from_vm",
            "Name of the vm that a new template is made of. It is off, paused or running, and "
            "stays that. It may go once the template is there.",
            check=names.name,
        ),
        Field(
            "exclude",
            "Names of disks that a new template does not get.",
            type="list",
            elements="str",
        ),
        Field(
            "quiesce",
            "Whether the agent of a running vm brings its file systems to rest for the moment that "
            "is copied. Else they are what they would be after a power cut.",
            type="bool",
            codec=codec.RAW,
        ),
        Field(
            "state",
            "Whether the template is there. One that is there is kept as it is, and one that a vm "
            "or a volume rests on is not removed.",
            choices=("present", "absent"),
            default="present",
        ),
        *_TOLD,
    ),
)

TEMPLATE_INFO = Schema(
    name="vm_template_info",
    doc="Which templates to read.",
    fields=(
        Field("name", "Name of a template; without it, all are read.", check=names.name),
        Field("pool", "Pool to read; without it, all active ones are.", check=names.name),
        told(
            "templates",
            "The templates, in the order of their pools and names.",
            type="list",
            of=SEEN,
            many=True,
        ),
    ),
)
