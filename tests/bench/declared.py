# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The vms that everybody works on, as `vmrt.libvirt.fleet` takes them."""

from __future__ import annotations

from typing import Any

BASE = "base.qcow2"
FOLDER = "/var/lib/libvirt/bench"
POOL = {"name": "bench", "target": FOLDER, "state": "active"}
# What the disks are overlays of. Nothing boots from it: it is the control of vms that is measured.
SHARED = {"pools": [POOL], "disks": [{"name": BASE, "pool": "bench", "size": "64MiB"}]}


def names(number: int) -> list[str]:
    return [f"bench{index:04}" for index in range(number)]


def volume(name: str) -> str:
    """The path of a vm's disk."""
    return f"{FOLDER}/{name}-root.qcow2"


def idle(name: str, **more: Any) -> dict[str, Any]:
    """A vm that is switched off, with what a small server has."""
    return {
        "name": name,
        "description": "A server of the benchmark",
        "labels": {"for": "bench", "tier": "web"},
        "hypervisor": "qemu",
        "state": "stopped",
        "autostart": False,
        "memory": "512MiB",
        "vcpus": 2,
        "cpu": {"mode": "maximum"},
        "disks": [_disk()],
        "nics": [{"name": "lan", "network": "default"}],
        "serials": [{"name": "console"}],
        **more,
    }


def running(name: str) -> dict[str, Any]:
    """A vm that runs its firmware, and stops there for want of a system."""
    return {
        "name": name,
        "hypervisor": "qemu",
        "state": "running",
        "memory": "64MiB",
        "vcpus": 1,
        "disks": [_disk()],
    }


def gone(name: str) -> dict[str, Any]:
    """Removed with its disk; it gets a second to shut down, which no firmware does."""
    return {
        "name": name,
        "state": "absent",
        "force": True,
        "stop_timeout": 1,
        "delete_disks": "owned",
    }


def _disk() -> dict[str, Any]:
    return {"name": "root", "pool": "bench", "image": BASE, "size": "64MiB"}
