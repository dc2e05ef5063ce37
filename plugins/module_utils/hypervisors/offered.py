# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of options that libvirt reports for a hypervisor, and those that it does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

# An option with the one inside of it, what libvirt reports for it, and libvirt's name of the kind
# of device, which it may say that there is none of.
_OFFERED = (
    ("firmware", "", "firmware", None),
    ("cpu", "mode", "cpu_modes", None),
    ("cpu", "model", "cpu_models", None),
    ("memory_backing", "source", "memory_sources", None),
    ("disks", "bus", "disk_buses", "disk"),
    ("disks", "model", "disk_models", "disk"),
    ("cdroms", "bus", "disk_buses", "disk"),
    ("graphics", "type", "graphics_types", "graphics"),
    ("videos", "model", "video_models", "video"),
    ("hostdevs", "type", "hostdev_types", "hostdev"),
    ("rng", "model", "rng_models", "rng"),
    ("tpm", "model", "tpm_models", "tpm"),
    ("tpm", "type", "tpm_backends", "tpm"),
    ("tpm", "version", "tpm_versions", "tpm"),
    ("redirdevs", "bus", "redirdev_buses", "redirdev"),
)
# What is there without that libvirt says so.
_ALWAYS = ("bios", "mdev", "scsi_host")


def offered(
    values: Mapping[str, Any], offers: Mapping[str, Any], hypervisor: str
) -> Iterator[VmrtError]:
    """A complaint for each value that the node's libvirt does not offer; what it does not speak of
    may be there."""
    for option, inner, capability, kind in _OFFERED:
        none = kind in offers.get("unsupported_devices", ())
        known = [] if none else offers.get(capability)
        if known is None:
            continue
        for label, value in _values(values.get(option), option, inner):
            if value not in known and value not in _ALWAYS:
                yield VmrtError(
                    f"the node's {hypervisor} does not offer '{value}'",
                    option=label,
                    hint=f"It offers: {', '.join(known) or 'none'}.",
                )


def _values(given: Any, option: str, inner: str) -> Iterator[tuple[str, Any]]:
    """Each value of an option, with its path."""
    if given is None:
        return
    if not inner:
        yield option, given
        return
    for one in given if isinstance(given, list) else [given]:
        value = one.get(inner)
        if value is None or isinstance(value, Mapping) or one.get("state") == "absent":
            continue
        key = one.get("name") or one.get("type")
        yield (
            f"{option}[{key}].{inner}" if isinstance(given, list) else f"{option}.{inner}",
            value,
        )
