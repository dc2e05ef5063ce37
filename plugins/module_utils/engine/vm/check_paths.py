# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the files of disks and drives are on the node: libvirt looks for them only when it plugs
them, or starts the vm, and then the definition has them already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.complete import SEED
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.power import is_up
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import items, match

_LISTS = ("disks", "cdroms", "floppies")
# To plug a drive or to change its medium needs the file all the same.
_OPTIONAL = " With startup_policy=optional the vm starts without it."


def check_paths(
    wanted: Mapping[str, Any],
    root: tree.Element | None,
    state: str,
    runs: bool,
    facts: NodeFacts,
) -> Iterator[VmrtError]:
    """Complaints about paths of a vm that is to run; ``root`` is the existing definition. A file of
    a vm that is only defined may come later, and what a running vm has is not looked for again."""
    up = is_up(state)
    if not runs or (up and wanted["apply"] == "next_boot"):
        return
    for name in _LISTS:
        found = list(items(VM[name], root)) if root is not None else []
        for disk in wanted.get(name, ()):
            if name == "cdroms" and disk["name"] == SEED and wanted.get("cloud_init"):
                # It is made by this run.
                continue
            item = match(VM[name].schema, disk, found)
            known = item.values if item else {}
            path = _path(disk)
            policy = {**known, **disk}.get("startup_policy")
            if not up and policy == "optional":
                continue
            if up and path == known.get("path"):
                continue
            if path and not (facts.has(path) or facts.volume_at(path)):
                yield VmrtError(
                    f"there is no {path} on the node",
                    option=f"{name}[{disk['name']}].path",
                    hint="Correct the path, or bring the file there first; in check mode, "
                    "foreseen.files names what earlier tasks bring."
                    + ("" if up or name == "disks" else _OPTIONAL),
                )


def _path(disk: Mapping[str, Any]) -> str | None:
    """The path that is wanted to be there. That of a volume is a matter of its pool."""
    if disk.get("state") == "absent" or "volume" in disk:
        return None
    return disk.get("path")
