# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks for a vm that a user may well write: any mix of options, on few names."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.cdrom import CDROM
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.disk import DISK
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.nic import NIC
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Schema
from tests.unit.support.wishes import value

_GONE = st.sampled_from(["present", "present", "absent"])


def _any(schema: Schema, *names: str) -> dict[str, st.SearchStrategy[Any]]:
    return {name: value(schema[name]) for name in names}


def _some(
    schema: Schema, *names: str, **options: st.SearchStrategy[Any]
) -> st.SearchStrategy[list[Any]]:
    """Things of some of these names, each with some of these options."""
    one = st.fixed_dictionaries({"name": st.sampled_from(names)}, optional=options)
    one = one.map(lambda item: _allowed(schema, item))
    return st.lists(one, max_size=len(names), unique_by=lambda item: item["name"])


def _allowed(schema: Schema, item: dict[str, Any]) -> dict[str, Any]:
    """Without what Ansible refuses beside another option."""
    for rivals in schema.mutually_exclusive:
        spare = [name for name in rivals if name in item][:-1]
        item = {name: value for name, value in item.items() if name not in spare}
    return item


_SIZES = {"memory": st.integers(1, 4), "max_memory": st.integers(3, 6)}
_CPUS = {"vcpus": st.integers(1, 4), "max_vcpus": st.integers(3, 6)}
_DISKS = _some(
    DISK,
    *("root", "data", "logs"),
    **_any(DISK, "bus", "cache", "discard", "readonly", "shareable", "serial", "format"),
    boot_order=st.integers(1, 1),
    size=st.integers(4, 7).map("{}GiB".format),
    image=st.just("base.qcow2"),
    path=st.sampled_from(["/srv/a.qcow2", "/dev/sdz"]),
    volume=st.sampled_from(["kept.qcow2", "other.qcow2"]),
    target=st.sampled_from(["vda", "vdq", "sdq"]),
    state=_GONE,
)
_NICS = _some(
    NIC,
    *("lan", "wan"),
    **_any(NIC, "model", "link", "mtu"),
    network=st.sampled_from(["default", "lab"]),
    bridge=st.just("br0"),
    mac=st.sampled_from(["52:54:00:00:00:aa", "52:54:00:00:00:bb"]),
    state=_GONE,
)
_CDROMS = _some(
    CDROM,
    *("cd", "dvd"),
    **_any(CDROM, "bus"),
    path=st.sampled_from(["/srv/a.iso", "/srv/b.iso"]),
    state=_GONE,
)
_SEED = st.fixed_dictionaries(
    {"hostname": st.sampled_from(["web1", "other"])},
    optional={"on_change": st.sampled_from(["ignore", "rewrite", "new_instance"])},
)

TASK = st.fixed_dictionaries(
    {},
    optional={
        **_any(VM, "autostart", "labels", "features", "graphics", "rng", "serials", "channels"),
        **_any(VM, "apply", "force", "delete_disks"),
        **{name: sizes.map("{}GiB".format) for name, sizes in _SIZES.items()},
        **_CPUS,
        "state": st.sampled_from(["present", "running", "running", "stopped", "paused", "absent"]),
        "machine": st.sampled_from(["q35", "pc"]),
        "cpu": st.sampled_from([{"mode": "host-model"}, {"mode": "maximum"}]),
        "disks": _DISKS,
        "nics": _NICS,
        "cdroms": _CDROMS,
        "cloud_init": _SEED,
        "remove_unmanaged": st.lists(st.sampled_from(["disks", "nics", "cdroms"]), unique=True),
    },
)
