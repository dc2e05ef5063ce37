# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of a vm that steer the run, and are no part of what it is."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.devices import DEVICES
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field

# The first serial port is a console as well, which comes and goes with it.
_REMOVABLE = tuple(
    one.name
    for one in DEVICES
    if one.of and one.many and one.of.key == "name"
    if one.name not in ("consoles", "controllers")
)


def _steer(name: str, doc: str, **more: object) -> Field:
    return Field(name, doc, **more)  # type: ignore[arg-type]


STEERING = (
    _steer(
        "state",
        "What the vm should be. V(present) is defined, with its power left as it is. "
        "V(stopped) is shut down by the guest itself, and the task ends when it is off. "
        "V(paused) keeps the guest in memory without running it. V(absent) is not defined; its "
        "disks are kept unless O(delete_disks) says otherwise. A vm whose memory is saved on disk, "
        "or that O(protect) keeps, is not removed.",
        choices=("present", "running", "stopped", "paused", "absent"),
        default="present",
    ),
    _steer(
        "template",
        "Template that a new vm is made of. What you give goes before what the template says, item "
        "by item; its disks are overlays of the images of the template. A vm that is there stays "
        "as it is.",
        check=names.name,
    ),
    _steer(
        "template_pool",
        "Pool that holds the template; without it, that is V(default).",
        check=names.name,
    ),
    _steer(
        "apply",
        "What to do with changes of a running vm. V(live) makes those that can be made now and "
        "reports the others in RV(restart_required), V(restart) also restarts the vm for the "
        "others, V(next_boot) changes nothing but the definition.",
        choices=("live", "restart", "next_boot"),
        default="live",
    ),
    _steer(
        "fill_in",
        "Whether a new vm, and a new device, gets values that suit it where you give none. Without "
        "it exactly what is declared is made, as M(vmrt.libvirt.vm_info) tells it of another vm.",
        type="bool",
        codec=codec.RAW,
        default=True,
    ),
    _steer(
        "on_pending",
        "What to make of options that wait for a restart when all is done: V(report) tells them in "
        "RV(restart_required), V(fail) also fails the task.",
        choices=("report", "fail"),
        default="report",
    ),
    _steer(
        "remove_unmanaged",
        "Lists of devices, such as V(disks), from which devices that were declared once and are "
        "no longer are removed. Devices that were not made by this collection stay.",
        type="list",
        elements="str",
        choices=_REMOVABLE,
    ),
    _steer(
        "delete_disks",
        "What happens to volumes when the vm becomes V(absent), or a disk of it does. V(owned) "
        "deletes those that the vm's declaration created and that nothing else uses, V(none) "
        "keeps all. The variables of UEFI and the state of a TPM stay or go with them.",
        choices=("none", "owned"),
        default="none",
    ),
    _steer(
        "wait_for",
        "What to wait for once the vm runs: an address (V(ip)), an answer of the guest V(agent), "
        "an V(ssh) server that answers the node, or the end of V(cloud_init) without errors.",
        choices=("none", "ip", "agent", "ssh", "cloud_init"),
        default="none",
    ),
    _steer(
        "wait_timeout",
        "Longest time to wait for O(wait_for), and for a guest to let go of a device, in seconds.",
        type="int",
        codec=codec.INT,
        default=300,
        check=names.positive,
    ),
    _steer(
        "stop_timeout",
        "Longest time that a guest may take to shut down, in seconds.",
        type="int",
        codec=codec.INT,
        default=120,
        check=names.positive,
    ),
    _steer(
        "force",
        "Whether a guest that does not shut down within O(stop_timeout) has its power cut, and "
        "whether a vm is removed with what can not be had back, such as its saved memory.",
        type="bool",
        codec=codec.RAW,
        default=False,
    ),
)
