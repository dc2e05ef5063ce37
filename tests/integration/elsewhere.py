# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that QEMU on a lab's node can have no use for, and why. Golden cases and libvirt's own
grammar hold for them, as for all others; see tests/unit/engine."""

from __future__ import annotations

_VIRTIO = ("ioeventfd", "event_idx", "iothread", "queues", "iommu", "ats", "packed", "page_per_vq")
_OF_SEV = ("kernel_hashes", "cbitpos", "reduced_phys_bits", "dh_cert")
_WHY: dict[str, tuple[str, ...]] = {
    "of containers": (
        *("boot.init", "boot.init_args", "boot.init_env", "boot.init_folder", "boot.init_user"),
        *("boot.init_group", "id_map.uid", "id_map.gid", "hostdevs.path", "hostdevs.interface"),
        *("filesystems.format", "filesystems.template", "filesystems.size"),
    ),
    "of other processors": (
        *("features.gic", "features.hpt_resizing", "features.hpt_max_page_size", "features.htm"),
        *("features.nested_hv", "features.ccf_assist", "features.cfpc", "features.sbbc"),
        *("features.ibs", "nvram.address", "iommu.address", "memory_devices.uuid"),
    ),
    "of other hypervisors": (
        *("memory_tune.min_guarantee", "hostdevs.write_filtering", "videos.vgaconf"),
        *("controllers.max_grant_frames", "controllers.max_event_channels"),
        *("graphics.replace_user", "graphics.multi_user"),
    ),
    "of other systems on the node": tuple(
        f"{device}.{end}"
        for device in ("serials", "parallels", "consoles", "channels", "redirdevs", "smartcard")
        for end in ("master", "slave")
    ),
    "of virtio, which a drive is not": tuple(
        f"{drive}.{option}"
        for drive in ("cdroms", "floppies")
        for option in (*_VIRTIO, "acpi_index")
    ),
    "of SCSI, which a floppy drive of QEMU is not": (
        *("floppies.wwn", "floppies.vendor", "floppies.product"),
    ),
    "of processors with encrypted memory": tuple(
        f"launch_security.{option}" for option in ("type", "policy", "session", *_OF_SEV)
    ),
    "of a console with TLS, which a node has to be set up for": ("graphics.tls_port",),
    "of a group of controllers, and so never alone": ("controllers.startport",),
    "of passt, which libvirt 9.0 has on some systems alone": ("nics.backend",),
}
ELSEWHERE = {option: why for why, options in _WHY.items() for option in options}
