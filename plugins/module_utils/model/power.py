# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be done with the power of a vm, and to its machine from outside."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.operation import (
    Operation,
    operation_field,
    required_if,
    taken,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.steering import STEERING
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Field,
    Owner,
    Schema,
)

_DUMP = ("format", "memory_only", "live", "crash", "reset", "bypass_cache")
OPERATIONS = {
    "reboot": Operation("asks the guest to start again", takes=("mode", "delay", "wait")),
    "reset": Operation("starts the machine again without asking the guest"),
    "suspend": Operation("halts the machine and keeps it in memory; a paused one stays as it is"),
    "resume": Operation(
        "lets a paused machine go on, and wakes a guest that sleeps; a running one stays as it is"
    ),
    "save": Operation(
        "ends the machine and keeps its memory on disk, from which the next start goes on; "
        "a machine that is off and saved stays as it is",
        takes=("paused", "bypass_cache"),
    ),
    "remove_save": Operation(
        "throws the saved memory away, so that the next start is a boot; without any, nothing "
        "changes"
    ),
    "sleep": Operation(
        "has the guest put itself to sleep, through its agent; one that sleeps stays as it is",
        needs=("target",),
    ),
    "wake_up": Operation("wakes a guest that sleeps; a running one stays as it is"),
    "inject_nmi": Operation("sends the guest an interrupt that it can not mask"),
    "send_keys": Operation(
        "presses keys of the guest's keyboard", takes=("keys", "text", "codeset", "hold_time")
    ),
    "screenshot": Operation(
        "writes what a screen shows to a file", needs=("path",), takes=("screen",)
    ),
    "dump": Operation("writes the guest's memory to a file", needs=("path",), takes=_DUMP),
}
CODESETS = (
    *("linux", "xt", "atset1", "atset2", "atset3", "osx", "xt_kbd", "usb", "win32", "qnum"),
)
_STEERING = {one.name: one for one in STEERING}


def _flag(name: str, doc: str) -> Field:
    return Field(name, doc, type="bool", codec=codec.RAW)


VM_POWER = Schema(
    name="vm_power",
    doc="Something to do with the power of a vm, or to its machine.",
    required_if=required_if(OPERATIONS),
    mutually_exclusive=(("keys", "text"), ("live", "crash"), ("live", "reset"), ("crash", "reset")),
    fields=(
        Field("name", "Name of the vm.", required=True, check=names.name),
        operation_field("What is done.", OPERATIONS),
        *taken(
            OPERATIONS,
            Field(
                "mode",
                "How the guest is asked. V(agent) asks its agent, V(acpi) presses its power "
                "button; V(initctl) and V(signal) are for containers, V(paravirt) for Xen. "
                "Without it, libvirt takes the agent where it answers, and else the button.",
                choices=("acpi", "agent", "initctl", "signal", "paravirt"),
            ),
            Field(
                "delay",
                "How long to wait before the guest is asked, in seconds.",
                type="int",
                codec=codec.INT,
                check=names.positive,
            ),
            _flag(
                "wait",
                "Whether to wait until the machine starts again, at most O(wait_timeout). It is "
                "waited for unless this says V(false).",
            ),
        ),
        replace(
            _STEERING["wait_for"],
            doc="What to wait for after that: an address (V(ip)), an answer of the guest "
            "V(agent), an V(ssh) server that answers the node, or the end of V(cloud_init) "
            "without errors.",
        ),
        replace(
            _STEERING["wait_timeout"],
            doc="Longest time to wait for O(wait_for), and for a guest that reboots or goes to "
            "sleep, in seconds.",
        ),
        *taken(
            OPERATIONS,
            _flag(
                "paused", "Whether the machine is paused when the next start goes on from there."
            ),
            Field(
                "target",
                "Where the guest keeps what it remembers: V(mem) leaves the machine on, "
                "V(disk) ends it, V(hybrid) does both.",
                choices=("mem", "disk", "hybrid"),
            ),
            Field(
                "keys",
                "Keys that are pressed together, at most 16: names such as V(KEY_LEFTCTRL), or "
                "numbers of the O(codeset).",
                type="list",
                elements="str",
            ),
            Field(
                "text",
                "Text that is typed, one key after the other, on an American keyboard.",
                no_log=True,
            ),
            Field(
                "codeset",
                "What the numbers in O(keys) mean. Without it they are the codes of V(linux), "
                "the only ones that have names as well.",
                choices=CODESETS,
            ),
            Field(
                "hold_time",
                "How long each key is held, in milliseconds; V(50) without it.",
                type="int",
                codec=codec.INT,
                check=names.positive,
            ),
            Field(
                "path",
                "Absolute path, on the node, of the file that is written, in a folder that is "
                "there. Another file of that name is replaced. A screenshot is a PNG where QEMU "
                "is 7.1 or later, and a PPM before.",
                check=names.path,
            ),
            Field(
                "screen",
                "Number of the screen; V(0), the first, without it.",
                type="int",
                codec=codec.INT,
                check=names.not_negative,
            ),
            Field(
                "format",
                "Format of the dump. V(raw) is libvirt's own format, or ELF with "
                "O(memory_only=true); the others need O(memory_only=true). V(raw) without it.",
                choices=("raw", "kdump-zlib", "kdump-lzo", "kdump-snappy", "win-dmp"),
            ),
            _flag("memory_only", "Whether only the guest's memory and registers are dumped."),
            _flag("live", "Whether the guest runs on while it is dumped."),
            _flag("crash", "Whether the machine is ended, as crashed, after the dump."),
            _flag("reset", "Whether the machine starts again after the dump."),
            _flag("bypass_cache", "Whether the file is written past the node's cache."),
        ),
        Field(
            "phase",
            "What the vm does after the run: V(Running), V(Paused), V(Stopped), V(Suspended), "
            "V(Stopping) or V(Error).",
            owner=Owner.REPORTED,
            sample="Running",
        ),
        Field(
            "saved",
            "Whether memory of the vm is kept on disk for its next start.",
            type="bool",
            codec=codec.RAW,
            owner=Owner.REPORTED,
            sample=False,
        ),
        Field(
            "screenshot_type",
            "Of a screenshot: what kind of picture it is.",
            owner=Owner.REPORTED,
            sample="image/png",
        ),
    ),
)
