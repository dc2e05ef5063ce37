# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What vm_guest returns."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.told import told
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field, Schema

FILE_SYSTEM = Schema(
    name="file_system",
    doc="A file system that is mounted in a guest.",
    fields=(
        told("mountpoint", "Where it is mounted.", sample="/"),
        told("device", "What the guest calls its device.", sample="vda2"),
        told("type", "Its type.", sample="ext4"),
        told("size", "Its size.", codec=codec.CAPACITY, sample="20GiB"),
        told("used", "Its used room.", codec=codec.CAPACITY, sample="3GiB"),
        told(
            "serials",
            "Serial numbers of the disks that it is on, as O(vmrt.libvirt.vm#module:disks[].serial)"
            " gives them.",
            type="list",
            sample=["data"],
        ),
    ),
)

INFO = Schema(
    name="guest_info",
    doc="What the agent knows of the guest's system.",
    fields=(
        told("agent_version", "Version of the agent.", sample="7.2.22"),
        told(
            "commands", "Commands that the agent carries out.", type="list", sample=["guest-exec"]
        ),
        told("hostname", "Name of the guest.", sample="web1"),
        told("os", "Name of the system.", sample="debian"),
        told("os_name", "Name of the system, for people.", sample="Debian GNU/Linux 12"),
        told("os_version", "Version of the system.", sample="12"),
        told("kernel", "Release of the kernel.", sample="6.1.0-38-cloud-amd64"),
        told("arch", "Machine, as the kernel names it.", sample="x86_64"),
        told("timezone", "Name of the time zone.", sample="UTC"),
        told("users", "Names of the users that are logged in.", type="list", sample=["debian"]),
    ),
)

_OF = {
    "exec": (
        told(
            "rc",
            "What the command ended with; 128 and the signal where one ended it.",
            type="int",
            sample=0,
        ),
        told("stdout", "What the command wrote.", sample="active"),
        told("stderr", "What the command wrote to its error output.", sample=""),
        told(
            "truncated", "Whether the agent dropped some of the output.", type="bool", sample=False
        ),
    ),
    "read_file": (
        told("file_text", "The content as text; only where it is UTF-8.", sample="web1\n"),
        told("file_base64", "The content in Base64.", sample="d2ViMQo="),
    ),
    "info": (told("info", INFO.doc, of=INFO),),
    "file_systems": (
        told("file_systems", "The file systems.", of=FILE_SYSTEM, many=True, type="list"),
    ),
    "get_time": (
        told(
            "guest_time",
            "Time of the guest's clock, in seconds since 1970.",
            type="int",
            sample=1767225600,
        ),
        told("offset", "How many seconds it is ahead of the node's clock.", type="int", sample=0),
    ),
    "authorized_keys": (
        told(
            "authorized_keys",
            "The keys that were let in before the run.",
            type="list",
            sample=["ssh-ed25519 AAAA me"],
        ),
    ),
    "freeze": (
        told("frozen", "Whether file systems are frozen after the run.", type="bool", sample=False),
    ),
}


def _only(one: Field, operation: str) -> Field:
    return replace(one, doc=f"{one.doc} Only with O(operation={operation}).")


GUEST_REPORT = tuple(_only(one, name) for name, told in _OF.items() for one in told)
