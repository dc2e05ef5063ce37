# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A vm: a libvirt domain with its devices, its seed and its power state."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.cloud_init import CLOUD_INIT
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.devices import (
    CHANNEL,
    CONTROLLER,
    GRAPHICS,
    RNG,
    SERIAL,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.disk import CDROM, DISK
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.nic import NIC
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Owner,
    Schema,
    unordered,
)

# Where a vm keeps what libvirt has no place for.
MARK = "metadata/vmrt:vm"
MACHINES = {"q35": "pc-q35-", "pc": "pc-i440fx-", "virt": "virt-"}


def family(machine: str | None) -> str | None:
    """The short name of the family that a machine type belongs to; others are their own."""
    for short, prefix in MACHINES.items():
        if machine and machine.startswith(prefix):
            return short
    return machine


def _same_machine(wanted: str, found: str | None) -> bool:
    """libvirt writes the newest version of a family for its short name; that version stays."""
    return wanted == found or (wanted in MACHINES and family(found) == wanted)


def _positive(value: int) -> None:
    if value < 1:
        raise ValueError(f"{value} is less than 1")


CPU = Schema(
    name="cpu",
    doc="The processor that the guest sees.",
    required_if=(("mode", "custom", ("model",)),),
    fields=(
        Field(
            "mode",
            "Whether the guest sees a named model (V(custom)), the model closest to the node's "
            "(V(host-model)), the node's own (V(host-passthrough)), or all that the hypervisor "
            "can do (V(maximum)).",
            at="@mode",
            choices=("custom", "host-model", "host-passthrough", "maximum"),
            apply=Apply.RESTART,
            expands=True,
        ),
        Field(
            "model",
            "Name of the model for V(custom).",
            at="model",
            apply=Apply.RESTART,
            expands=True,
        ),
    ),
)

FEATURES = Schema(
    name="features",
    doc="Features of the machine.",
    fields=(
        Field(
            "acpi",
            "ACPI, which a guest needs to be shut down and to have devices plugged.",
            type="bool",
            at="acpi",
            codec=codec.PRESENCE,
            initial=True,
            apply=Apply.RESTART,
        ),
        Field(
            "apic",
            "The interrupt controller that several CPUs need.",
            type="bool",
            at="apic",
            codec=codec.PRESENCE,
            initial=True,
            apply=Apply.RESTART,
        ),
    ),
)

ADDRESS = Schema(
    name="address",
    doc="An address that a guest was seen to have.",
    fields=(
        Field("nic", "Name of the interface.", owner=Owner.REPORTED, sample="lan"),
        Field("network", "Its network or bridge.", owner=Owner.REPORTED, sample="net-a"),
        Field("mac", "Its MAC address.", owner=Owner.REPORTED, sample="52:54:00:12:34:56"),
        Field("address", "The address.", owner=Owner.REPORTED, sample="198.51.100.21"),
        Field("prefix", "Length of its prefix.", type="int", owner=Owner.REPORTED, sample=24),
        Field(
            "source",
            "Who told it: V(lease) of libvirt's DHCP server, or the guest V(agent).",
            owner=Owner.REPORTED,
            sample="lease",
        ),
    ),
)


def _steer(name: str, doc: str, **more: object) -> Field:
    return Field(name, doc, **more)  # type: ignore[arg-type]


_STEERS = (
    _steer(
        "state",
        "What the vm should be. V(present) is defined, with its power left as it is. "
        "V(stopped) is shut down by the guest itself, and the task ends when it is off. "
        "V(paused) keeps the guest in memory without running it. V(absent) is not defined; its "
        "disks are kept unless O(delete_disks) says otherwise.",
        choices=("present", "running", "stopped", "paused", "absent"),
        default="present",
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
        "remove_unmanaged",
        "Lists of devices, such as V(disks), from which devices that were declared once and are "
        "no longer are removed. Devices that were not made by this collection stay.",
        type="list",
        elements="str",
        choices=("disks", "nics", "cdroms", "serials", "channels"),
    ),
    _steer(
        "delete_disks",
        "What happens to volumes when the vm becomes V(absent), or a disk of it does. V(owned) "
        "deletes those that the vm's declaration created and that nothing else uses, V(none) "
        "keeps all.",
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
        check=_positive,
    ),
    _steer(
        "stop_timeout",
        "Longest time that a guest may take to shut down, in seconds.",
        type="int",
        codec=codec.INT,
        default=120,
        check=_positive,
    ),
    _steer(
        "force",
        "Whether a guest that does not shut down within O(stop_timeout) has its power cut.",
        type="bool",
        codec=codec.RAW,
        default=False,
    ),
)

VM = Schema(
    name="vm",
    doc="A virtual machine.",
    tag="domain",
    fields=(
        Field(
            "hypervisor",
            "What runs the vm: V(kvm) uses the processor's virtualisation, V(qemu) emulates. "
            "V(auto) picks the first that the node's libvirt offers for a new vm, and leaves an "
            "existing one alone.",
            at="@type",
            choices=("auto", "kvm", "qemu"),
            apply=Apply.RESTART,
            initial="auto",
        ),
        Field(
            "name",
            "Name of the vm.",
            at="name",
            required=True,
            check=names.name,
            apply=Apply.RECREATE,
        ),
        Field(
            "uuid",
            "UUID of the vm; an existing vm keeps its own.",
            at="uuid",
            codec=codec.LOWER,
            check=names.uuid,
            owner=Owner.FILLED,
            apply=Apply.RECREATE,
            sample="4dea22b3-1d52-4f65-9c9e-b6f7ab8f3d11",
        ),
        Field(
            "created",
            "When the vm was made, in seconds since 1970; only of a vm that this collection made.",
            type="int",
            at=f"{MARK}/@created",
            codec=codec.INT,
            owner=Owner.REPORTED,
            sample=1767225600,
        ),
        Field(
            "restarts",
            "How often the vm was started again after it had ended by itself.",
            type="int",
            at=f"{MARK}/@restarts",
            codec=codec.INT,
            owner=Owner.REPORTED,
            absent=0,
            sample=0,
        ),
        Field(
            "labels",
            "Names and values that mean something to you, kept with the vm.",
            type="dict",
            at=f"{MARK}/vmrt:labels",
            codec=codec.PAIRS,
            apply=Apply.LIVE,
            via="metadata",
        ),
        Field(
            "owned_volumes",
            "Volumes that the vm's declaration created, as pool and name.",
            type="list",
            at=f"{MARK}/vmrt:volume",
            owner=Owner.REPORTED,
            same=unordered,
            sample=["default/web1-root.qcow2"],
        ),
        Field(
            "max_memory",
            "Memory that the guest can have without a restart, as a number with the unit KiB, MiB "
            "or GiB, or of MiB without a unit.",
            at="memory",
            codec=codec.MEMORY,
            apply=Apply.RESTART,
            initial_doc="the value of O(memory)",
        ),
        Field(
            "memory",
            "Memory of the guest, as a number with the unit KiB, MiB or GiB, or of MiB without a "
            "unit. A running guest gets more up to O(max_memory), and gives it back, through its "
            "balloon.",
            at=("currentMemory", "memory"),
            codec=codec.MEMORY,
            apply=Apply.LIVE,
            via="memory",
            initial=1024**3,
        ),
        Field(
            "max_vcpus",
            "CPUs that the guest can have without a restart.",
            type="int",
            at="vcpu",
            codec=codec.INT,
            check=_positive,
            apply=Apply.RESTART,
            initial_doc="the value of O(vcpus)",
        ),
        Field(
            "vcpus",
            "CPUs of the guest. A running guest gets more up to O(max_vcpus); fewer come at the "
            "next start.",
            type="int",
            at=("vcpu/@current", "vcpu"),
            codec=codec.INT,
            check=_positive,
            apply=Apply.LIVE,
            via="vcpus",
            initial=1,
        ),
        Field(
            "firmware",
            "Firmware of the machine.",
            at="os/@firmware",
            choices=("bios",),
            absent="bios",
            apply=Apply.RECREATE,
        ),
        Field(
            "os_type",
            "What the machine runs; V(hvm) is an operating system for real hardware.",
            at="os/type",
            choices=("hvm",),
            apply=Apply.RECREATE,
            initial="hvm",
        ),
        Field(
            "arch",
            "Architecture of the machine, such as V(x86_64).",
            at="os/type/@arch",
            apply=Apply.RECREATE,
            initial_doc="the architecture of the node",
        ),
        Field(
            "machine",
            "Machine type, such as V(q35) or V(pc). The version that libvirt picks for a short "
            "name stays.",
            at="os/type/@machine",
            same=_same_machine,
            apply=Apply.RESTART,
            initial="q35",
        ),
        Field(
            "features",
            FEATURES.doc,
            at="features",
            of=FEATURES,
            apply=Apply.RESTART,
        ),
        Field("cpu", CPU.doc, at="cpu", of=CPU, apply=Apply.RESTART),
        Field(
            "disks",
            "Disks of the vm, known by their names.",
            at="devices/disk",
            of=DISK,
            many=True,
            apply=Apply.LIVE,
        ),
        Field(
            "cdroms",
            "CD drives of the vm, known by their names; O(cloud_init) adds one of the name "
            "V(seed).",
            at="devices/disk",
            of=CDROM,
            many=True,
            apply=Apply.RESTART,
        ),
        Field(
            "controllers",
            "Controllers that need to be there; libvirt adds those that devices need.",
            at="devices/controller",
            of=CONTROLLER,
            many=True,
            apply=Apply.RESTART,
            initial_doc="spare ports for devices that are plugged later, where the machine has "
            "ports",
        ),
        Field(
            "nics",
            "Network interfaces of the vm, known by their names.",
            at="devices/interface",
            of=NIC,
            many=True,
            apply=Apply.LIVE,
        ),
        Field(
            "serials",
            "Serial ports of the vm, known by their names. The first is its console.",
            at="devices/serial",
            of=SERIAL,
            many=True,
            apply=Apply.RESTART,
            initial_doc="one port of the name V(console)",
        ),
        Field(
            "channels",
            "Channels to programs in the guest, known by their names.",
            at="devices/channel",
            of=CHANNEL,
            many=True,
            apply=Apply.RESTART,
            initial_doc="one channel of the name V(agent) for the guest agent",
        ),
        Field(
            "graphics",
            "Graphical consoles of the vm.",
            at="devices/graphics",
            of=GRAPHICS,
            many=True,
            apply=Apply.RESTART,
        ),
        Field(
            "rng",
            RNG.doc,
            at="devices/rng",
            of=RNG,
            apply=Apply.RESTART,
            initial_doc="a virtio device on C(/dev/urandom)",
        ),
        Field(
            "autostart",
            "Whether libvirt starts the vm when the node starts.",
            type="bool",
            codec=codec.RAW,
            apply=Apply.LIVE,
        ),
        Field("cloud_init", CLOUD_INIT.doc, of=CLOUD_INIT, type="dict"),
        *_STEERS,
        Field(
            "phase",
            "What the vm does: V(Pending), V(Running), V(Paused), V(Stopped), V(Suspended), "
            "V(Stopping) or V(Error).",
            owner=Owner.REPORTED,
            sample="Running",
        ),
        Field(
            "addresses",
            "Addresses of the guest, and where each came from.",
            type="list",
            of=ADDRESS,
            many=True,
            owner=Owner.REPORTED,
        ),
    ),
)
