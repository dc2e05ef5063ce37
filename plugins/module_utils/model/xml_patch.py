# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A change of what no option covers."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema

XML_PATCH = Schema(
    name="xml_patch",
    doc="Changes of the definition that no option covers, made after all options in this order.",
    required_if=(("op", "set", ("value",)), ("op", "create", ("value",))),
    fields=(
        Field(
            "xpath",
            "XPath from the element C(domain) to what is changed, such as "
            "C(devices/memballoon/@model). The prefixes C(qemu), C(libosinfo) and C(vmrt) are "
            "known.",
            required=True,
            apply=Apply.RESTART,
        ),
        Field(
            "op",
            "V(set) gives an attribute or the text of an element the O(xml_patches[].value); an "
            "attribute that is missing is added. V(create) adds the element "
            "in O(xml_patches[].value) to the one element that the path finds, unless that has one "
            "which says all of it. V(delete) takes away all that the path finds.",
            choices=("set", "create", "delete"),
            default="set",
        ),
        Field(
            "value",
            "A text, or for V(create) an element written in XML.",
            codec=codec.TEXT,
            apply=Apply.RESTART,
        ),
    ),
)
