# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What libvirt says that a hypervisor of a node can do: its domain capabilities."""

from __future__ import annotations

from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field, Owner, Schema


def _said(name: str, doc: str, at: str, sample: Any, **more: Any) -> Field:
    return Field(name, doc, at=at, owner=Owner.REPORTED, sample=sample, **more)


def _many(name: str, doc: str, at: str, *sample: str, **more: Any) -> Field:
    return _said(name, doc, at, list(sample), type="list", **more)


def _enum(name: str, doc: str, parent: str, enum: str, *sample: str) -> Field:
    """A list that libvirt gives by its name; it is left out by a libvirt that does not know it."""
    return _many(name, doc, f"{parent}/enum[name={enum}]/value", *sample)


DOMAIN_CAPABILITIES = Schema(
    name="domain_capabilities",
    doc="What a hypervisor of the node can do. What its libvirt does not tell is left out.",
    fields=(
        _said("emulator", "Program that runs the vms.", "path", "/usr/bin/qemu-system-x86_64"),
        _said("hypervisor", "The hypervisor, as libvirt calls it.", "domain", "kvm"),
        _said("machine", "Machine type that is spoken of.", "machine", "pc-q35-7.2"),
        _said("arch", "Architecture that is spoken of.", "arch", "x86_64"),
        _said("max_vcpus", "Most CPUs.", "vcpu/@max", 288, type="int", codec=codec.INT),
        _said(
            "io_threads",
            "Whether there are I/O threads.",
            "iothreads/@supported",
            True,
            type="bool",
            codec=codec.YES_NO,
        ),
        _enum("firmware", "Kinds of firmware.", "os", "firmware", "bios", "efi"),
        _many(
            "loaders",
            "Firmware files that libvirt knows of.",
            "os/loader/value",
            "/usr/share/OVMF/OVMF_CODE.fd",
        ),
        _enum(
            "secure_loaders",
            "Whether there are loaders for a secure boot.",
            "os/loader",
            "secure",
            *("yes", "no"),
        ),
        _many(
            "cpu_modes",
            "Modes of the processor that a guest sees.",
            "cpu/mode[supported=yes]/@name",
            *("host-passthrough", "host-model", "custom"),
        ),
        _many(
            "cpu_models",
            "Models for V(custom).",
            "cpu/mode[name=custom]/model",
            *("qemu64", "EPYC"),
        ),
        _enum(
            "memory_sources",
            "Where memory of guests can come from.",
            *("memoryBacking", "sourceType", "file", "anonymous", "memfd"),
        ),
        _enum("disk_devices", "What disks can be.", "devices/disk", "diskDevice", "disk", "cdrom"),
        _enum("disk_buses", "Buses of disks.", "devices/disk", "bus", "virtio", "scsi", "sata"),
        _enum("disk_models", "Models of disks.", "devices/disk", "model", "virtio"),
        _enum("graphics_types", "Graphical consoles.", "devices/graphics", "type", "vnc", "spice"),
        _enum("video_models", "Video devices.", "devices/video", "modelType", "virtio", "vga"),
        _enum(
            "hostdev_types",
            "Kinds of devices of the node that a guest can be given.",
            *("devices/hostdev", "subsysType", "usb", "pci", "scsi"),
        ),
        _enum("rng_models", "Sources of random numbers.", "devices/rng", "model", "virtio"),
        _enum(
            "rng_backends",
            "Where those take their numbers from.",
            *("devices/rng", "backendModel", "random", "egd", "builtin"),
        ),
        _enum(
            "filesystem_drivers",
            "Drivers of shared file systems.",
            *("devices/filesystem", "driverType", "path", "handle", "virtiofs"),
        ),
        _enum("tpm_models", "Models of a TPM.", "devices/tpm", "model", "tpm-tis", "tpm-crb"),
        _enum(
            "tpm_backends",
            "What a TPM can be.",
            *("devices/tpm", "backendModel", "passthrough", "emulator"),
        ),
        _enum("tpm_versions", "Versions of a TPM.", "devices/tpm", "backendVersion", "2.0"),
        _enum("redirdev_buses", "Buses of redirected devices.", "devices/redirdev", "bus", "usb"),
        _enum("channel_types", "Kinds of channels.", "devices/channel", "type", "pty", "unix"),
        _many(
            "unsupported_devices",
            "Kinds of devices that there are none of.",
            "devices/*[supported=no]",
            "tpm",
            codec=codec.TAG,
        ),
        _many(
            "features",
            "Further abilities, launch security among them.",
            "features/*[supported=yes]",
            *("vmcoreinfo", "genid", "backup"),
            codec=codec.TAG,
        ),
    ),
)
