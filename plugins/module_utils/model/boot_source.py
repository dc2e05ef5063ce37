# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a machine starts, and by what."""

from __future__ import annotations

from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.loader import LOADER, NVRAM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema

_MENU = Schema(
    name="boot_menu",
    doc="The menu in which somebody at the console picks what is booted.",
    fields=(
        Field(
            "enabled",
            "Whether the firmware shows the menu.",
            type="bool",
            at="@enable",
            codec=codec.YES_NO,
            required=True,
            apply=Apply.RESTART,
        ),
        Field(
            "timeout",
            "How long the menu waits, in milliseconds.",
            type="int",
            at="@timeout",
            codec=codec.INT,
            only={"enabled": (True,)},
            check=names.short,
            apply=Apply.RESTART,
        ),
    ),
)

_BIOS = Schema(
    name="bios",
    doc="What a BIOS does.",
    fields=(
        Field(
            "serial_console",
            "Whether the BIOS talks on the first serial port as well.",
            type="bool",
            at="@useserial",
            codec=codec.YES_NO,
            apply=Apply.RESTART,
        ),
        Field(
            "reboot_timeout",
            "How long the BIOS waits before it tries again after nothing could be booted, in "
            "milliseconds; V(-1) is for ever.",
            type="int",
            at="@rebootTimeout",
            codec=codec.INT,
            check=names.reboot_timeout,
            apply=Apply.RESTART,
        ),
    ),
)


_OF_CONTAINERS = {"os_type": ("exe",)}


def _file(name: str, doc: str, place: str | None = None, **more: Any) -> Field:
    return Field(
        name,
        f"Absolute path of {doc} on the node.",
        at=place or name,
        codec=codec.FILLED,
        check=names.path,
        apply=Apply.RESTART,
        **more,
    )


BOOT_SOURCE = Schema(
    name="boot",
    doc="What the machine boots.",
    fields=(
        Field("loader", LOADER.doc, at="loader", of=LOADER, apply=Apply.RESTART),
        Field("nvram", NVRAM.doc, at="nvram", of=NVRAM, apply=Apply.RESTART),
        _file("init", "the first program of a container", only=_OF_CONTAINERS),
        Field(
            "init_args",
            "Arguments of O(boot.init).",
            type="list",
            at="initarg",
            only=_OF_CONTAINERS,
            apply=Apply.RESTART,
        ),
        Field(
            "init_env",
            "Environment of O(boot.init).",
            type="dict",
            at=".",
            codec=codec.Entries("initenv", missing=None, removes=None),
            check=names.variables,
            only=_OF_CONTAINERS,
            apply=Apply.RESTART,
        ),
        Field(
            "init_folder",
            "Folder in which O(boot.init) begins.",
            at="initdir",
            codec=codec.FILLED,
            check=names.path,
            only=_OF_CONTAINERS,
            apply=Apply.RESTART,
        ),
        Field(
            "init_user",
            "User of O(boot.init).",
            at="inituser",
            check=names.name,
            only=_OF_CONTAINERS,
            apply=Apply.RESTART,
        ),
        Field(
            "init_group",
            "Group of O(boot.init).",
            at="initgroup",
            check=names.name,
            only=_OF_CONTAINERS,
            apply=Apply.RESTART,
        ),
        _file("kernel", "a Linux kernel that is started in place of what is on a disk,"),
        _file("initrd", "its first file system"),
        Field(
            "cmdline",
            "Command line of the kernel.",
            at="cmdline",
            apply=Apply.RESTART,
        ),
        _file("dtb", "the device tree that the kernel gets"),
        _file(
            "acpi_table",
            "a SLIC table that the machine has among those of ACPI",
            "acpi/table[type=slic]",
        ),
        Field(
            "devices",
            "Kinds of devices that the firmware tries to boot from, in this order. It can not be "
            "used together with the option C(boot_order) of devices.",
            type="list",
            elements="str",
            at="boot/@dev",
            choices=("hd", "cdrom", "network", "fd"),
            apply=Apply.RESTART,
        ),
        Field("menu", _MENU.doc, at="bootmenu", of=_MENU, apply=Apply.RESTART),
        Field(
            "smbios",
            "Which SMBIOS tables the guest sees: those of QEMU (V(emulate)), those of the node "
            "(V(host)), or what O(smbios) says (V(sysinfo)).",
            at="smbios/@mode",
            choices=("emulate", "host", "sysinfo"),
            apply=Apply.RESTART,
        ),
        Field("bios", _BIOS.doc, at="bios", of=_BIOS, apply=Apply.RESTART),
    ),
)
