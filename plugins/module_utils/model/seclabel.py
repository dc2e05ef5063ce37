# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the node's security driver makes of a vm."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Owner,
    Schema,
    said,
)

_SECLABEL = Schema(
    name="seclabel",
    doc="A label of one of the node's security drivers.",
    fields=(
        Field(
            "type",
            "Whether libvirt makes the label (V(dynamic)), it is said here (V(static)), or there "
            "is none (V(none)).",
            at="@type",
            choices=("dynamic", "static", "none"),
            apply=Apply.RESTART,
        ),
        Field(
            "model",
            "The driver, such as V(apparmor), V(selinux) or V(dac).",
            at="@model",
            apply=Apply.RESTART,
        ),
        Field(
            "relabel",
            "Whether what the vm uses is labelled.",
            type="bool",
            at="@relabel",
            codec=codec.YES_NO,
            apply=Apply.RESTART,
        ),
        Field("label", "The label of V(static).", at="label", apply=Apply.RESTART),
        Field(
            "image_label",
            "Label of what the vm uses, which libvirt makes.",
            at="imagelabel",
            owner=Owner.REPORTED,
        ),
        Field(
            "base_label",
            "What a V(dynamic) label is made from.",
            at="baselabel",
            apply=Apply.RESTART,
        ),
    ),
)

SECLABELS = (
    Field(
        "seclabels",
        "What the node's security drivers make of the vm. The list is one value.",
        at="seclabel",
        of=_SECLABEL,
        many=True,
        same=said,
        apply=Apply.RESTART,
        expands=True,
    ),
)
