# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What happens to a machine when its guest ends, and how it may sleep."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema

_ENDS = ("destroy", "restart", "preserve", "rename-restart")


def _end(event: str, what: str, *choices: str) -> Field:
    return Field(
        f"on_{event}",
        f"What happens when {what}.",
        at=f"on_{event}",
        choices=choices,
        apply=Apply.LIVE,
        via=f"lifecycle:{event}",
    )


def _sleep(name: str, doc: str) -> Field:
    return Field(
        name,
        doc,
        type="bool",
        at=f"{name.replace('_', '-')}/@enabled",
        codec=codec.YES_NO,
        apply=Apply.RESTART,
    )


_PM = Schema(
    name="pm",
    doc="How the guest may put its machine to sleep.",
    fields=(
        _sleep("suspend_to_mem", "Whether it can sleep with its memory kept (S3)."),
        _sleep("suspend_to_disk", "Whether it can sleep with its memory on a disk (S4)."),
    ),
)

LIFECYCLE = (
    _end("poweroff", "the guest shuts down", *_ENDS),
    _end("reboot", "the guest reboots", *_ENDS),
    _end("crash", "the guest crashes", *_ENDS, "coredump-destroy", "coredump-restart"),
    Field(
        "on_lockfailure",
        "What happens when the vm loses the locks of its disks.",
        at="on_lockfailure",
        choices=("poweroff", "restart", "pause", "ignore"),
        apply=Apply.RESTART,
    ),
    Field("pm", _PM.doc, at="pm", of=_PM, apply=Apply.RESTART),
)
