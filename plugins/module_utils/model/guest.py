# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be done in a guest, through its agent."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.guest_report import GUEST_REPORT
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.operation import (
    Operation,
    operation_field,
    required_if,
    taken,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field, Schema

_EXEC = ("argv", "command", "environment", "stdin", "creates", "removes", "timeout")
OPERATIONS = {
    "ping": Operation("asks the agent for a sign of life"),
    "info": Operation("returns what the agent knows of the guest's system"),
    "exec": Operation("runs a command, without a shell", takes=_EXEC),
    "read_file": Operation("returns the content of a file", needs=("path",), takes=("max_size",)),
    "write_file": Operation(
        "makes the content of a file what it should be; a file that has it already is not written",
        needs=("path",),
        takes=("content", "content_base64"),
    ),
    "set_password": Operation(
        "sets the password of a user; since none can be read back, it is set each time",
        needs=("user", "password"),
        takes=("encrypted",),
    ),
    "authorized_keys": Operation(
        "lets SSH keys in as a user, or keeps them out",
        needs=("user", "keys"),
        takes=("key_state", "exclusive"),
    ),
    "freeze": Operation(
        "has file systems write out all they hold and keep still until V(thaw); frozen ones stay "
        "as they are, and most other operations fail until then",
        takes=("mountpoints",),
    ),
    "thaw": Operation("lets frozen file systems go on"),
    "file_systems": Operation("returns the file systems that are mounted"),
    "grow_file_systems": Operation(
        "has file systems take in what their disks have grown by, and the partitions that they are "
        "on before them; the guest is a Linux with C(growpart), and less than 8 MiB are left",
        needs=("mountpoints",),
    ),
    "trim": Operation(
        "gives blocks that no file system uses back to the disks", takes=("minimum",)
    ),
    "get_time": Operation("returns the time of the guest's clock"),
    "set_time": Operation(
        "sets the guest's clock; one that is less than 2 s off stays as it is", takes=("time",)
    ),
}

VM_GUEST = Schema(
    name="vm_guest",
    doc="Something to do in the guest of a vm.",
    required_if=required_if(OPERATIONS),
    mutually_exclusive=(("argv", "command"), ("content", "content_base64")),
    fields=(
        Field("name", "Name of the vm, which has to run.", required=True, check=names.name),
        operation_field("What is done.", OPERATIONS),
        *taken(
            OPERATIONS,
            Field(
                "argv",
                "The command and its arguments, each as it is.",
                type="list",
                elements="str",
                codec=codec.RAW,
            ),
            Field(
                "command",
                "The command and its arguments as one text, which is split as a shell would. No "
                "shell runs, so there are no variables, pipes or redirections.",
                codec=codec.RAW,
            ),
            Field(
                "environment",
                "Variables of the command. Where they are given they are all that it has, so that "
                "C(PATH) may have to be among them.",
                type="dict",
                codec=codec.RAW,
            ),
            Field("stdin", "Text that the command reads from its standard input.", codec=codec.RAW),
            Field(
                "creates",
                "Path in the guest; the command is not run where it is there already.",
            ),
            Field(
                "removes",
                "Path in the guest; the command is only run where it is there.",
            ),
            Field(
                "timeout",
                "Longest time that the command may take, in seconds; 60 without it. It is not "
                "ended then, since the agent can not end one.",
                type="int",
                codec=codec.INT,
                check=names.positive,
            ),
            Field("path", "Absolute path of the file in the guest."),
            Field(
                "max_size",
                "Longest file that is read; V(16MiB) without it. A number with the unit KiB, MiB "
                "or GiB.",
                codec=codec.CAPACITY,
            ),
            Field("content", "The content as text, which is written as UTF-8.", codec=codec.RAW),
            Field("content_base64", "The content in Base64.", codec=codec.RAW),
            Field("user", "Name of the user in the guest."),
            Field(
                "password",
                "The password.",
                no_log=True,
                codec=codec.RAW,
            ),
            Field(
                "encrypted",
                "Whether O(password) is what the guest itself keeps of it, such as the text that "
                "the filter P(ansible.builtin.password_hash#filter) makes.",
                type="bool",
                codec=codec.RAW,
            ),
            Field(
                "keys",
                "SSH public keys, each as a line of C(authorized_keys).",
                type="list",
                elements="str",
            ),
            Field(
                "key_state",
                "Whether O(keys) are let in (V(present)) or kept out (V(absent)); V(present) "
                "without it.",
                choices=("present", "absent"),
            ),
            Field(
                "exclusive",
                "Whether all keys that are not in O(keys) are kept out.",
                type="bool",
                codec=codec.RAW,
            ),
            Field(
                "mountpoints",
                "Where the file systems are mounted. O(operation=freeze) without it freezes all.",
                type="list",
                elements="str",
            ),
            Field(
                "minimum",
                "Shortest run of unused blocks that is given back. A number with the unit KiB, "
                "MiB or GiB.",
                codec=codec.CAPACITY,
            ),
            Field(
                "time",
                "The time, in seconds since 1970. Without it, the guest gets the time of the "
                "node's clock.",
                type="int",
                codec=codec.INT,
                check=names.not_negative,
            ),
        ),
        *GUEST_REPORT,
    ),
)
