# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is handed to QEMU past libvirt, which neither checks nor supports it."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema

_COMMAND_LINE = Schema(
    name="qemu_commandline",
    doc="Arguments and environment of the QEMU process that libvirt neither checks nor supports.",
    fields=(
        Field(
            "args",
            "Arguments, added behind those of libvirt.",
            type="list",
            at="qemu:arg/@value",
            apply=Apply.RESTART,
        ),
        Field(
            "env",
            "Variables of the environment.",
            type="dict",
            at=".",
            codec=codec.Entries("qemu:env", "name", "value", missing=None, removes=None),
            check=names.variables,
            apply=Apply.RESTART,
        ),
    ),
)

_CAPABILITIES = Schema(
    name="qemu_capabilities",
    doc="What libvirt is to think that QEMU can do, for tests of both.",
    fields=(
        Field(
            "add",
            "Names of capabilities that it has.",
            type="list",
            at="qemu:add/@capability",
            apply=Apply.RESTART,
        ),
        Field(
            "remove",
            "Names of capabilities that it does not have.",
            type="list",
            at="qemu:del/@capability",
            apply=Apply.RESTART,
        ),
    ),
)

_PROPERTY = Schema(
    name="qemu_property",
    doc="A property of a device.",
    key="name",
    fields=(
        Field("state", "Whether it is there.", choices=("present", "absent"), default="present"),
        Field("name", "Its name.", at="@name", required=True, apply=Apply.RECREATE),
        Field(
            "type",
            "What its value is; V(remove) takes away what libvirt says.",
            at="@type",
            choices=("string", "signed", "unsigned", "bool", "remove"),
            required=True,
            apply=Apply.RESTART,
        ),
        Field("value", "Its value.", at="@value", apply=Apply.RESTART),
    ),
)

_DEVICE = Schema(
    name="qemu_device",
    doc="A device whose properties are other than those that libvirt gives it.",
    key="alias",
    fields=(
        Field("state", "Whether it is there.", choices=("present", "absent"), default="present"),
        Field(
            "alias",
            "Alias of the device; one that is declared here has C(ua-vmrt-) before its name.",
            at="@alias",
            required=True,
            apply=Apply.RECREATE,
        ),
        Field(
            "properties",
            "Properties, known by their names.",
            at="qemu:frontend/qemu:property",
            of=_PROPERTY,
            many=True,
            apply=Apply.RESTART,
        ),
    ),
)

QEMU = (
    Field(
        "qemu_commandline",
        _COMMAND_LINE.doc,
        at="qemu:commandline",
        of=_COMMAND_LINE,
        apply=Apply.RESTART,
    ),
    Field(
        "qemu_capabilities",
        _CAPABILITIES.doc,
        at="qemu:capabilities",
        of=_CAPABILITIES,
        apply=Apply.RESTART,
    ),
    Field(
        "qemu_override",
        "Devices whose properties are other than those that libvirt gives them, known by their "
        "aliases.",
        at="qemu:override/qemu:device",
        of=_DEVICE,
        many=True,
        apply=Apply.RESTART,
    ),
    Field(
        "qemu_deprecation",
        "What QEMU does with what it will not have for much longer.",
        at="qemu:deprecation/@behavior",
        choices=("none", "omit", "reject", "crash"),
        apply=Apply.RESTART,
    ),
)
