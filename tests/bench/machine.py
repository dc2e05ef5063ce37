# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What it was measured on: the machine and the versions, and nothing that names it."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import yaml

from tests.bench.venue import CHECKOUT, FEW, Venue

_GIB = 2**30


def machine(venue: Venue) -> dict[str, str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIB
    libvirt, qemu = _hypervisor(venue)
    manifest = files("ansible_collections.community.libvirt") / "MANIFEST.json"
    theirs = json.loads(manifest.read_text(encoding="utf-8"))["collection_info"]["version"]
    ours = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    return {
        "date": dt.datetime.now(tz=dt.timezone.utc).date().isoformat(),
        "CPU": f"{_cpu()}, {os.cpu_count()} cores",
        "memory": f"{memory:.0f} GiB",
        "vmrt.libvirt": ours,
        "ansible-core": version("ansible-core"),
        "Python of the controller": platform.python_version(),
        "Python of the node": venue.run(venue.on_node(FEW, "python3", "-V")).split()[-1],
        "libvirt": libvirt,
        "QEMU": f"{qemu}, without KVM",
        "community.libvirt": theirs,
        "mitogen": version("mitogen"),
    }


def _cpu() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def _hypervisor(venue: Venue) -> tuple[str, str]:
    """The versions of libvirt and of QEMU on the nodes."""
    lines = venue.run(venue.on_node(FEW, "virsh", "-q", "version")).splitlines()
    told = {line.rpartition(":")[0]: line.rpartition(":")[2].split()[-1] for line in lines if line}
    return told["Using library"], told["Running hypervisor"]
