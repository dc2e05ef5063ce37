# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a vm has beside its disks, and what becomes of it when the vm is removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.nvram import NVRAM_FOLDER
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

# The first libvirt that can be told to keep the state of a TPM.
_KEEPS_TPM = (8, 9)
_TPM_FOLDER = "/var/lib/libvirt/swtpm"


def refusals(
    wanted: Mapping[str, Any], seen: Seen, config: Mapping[str, Any], facts: NodeFacts
) -> list[VmrtError]:
    """Why a vm is not removed."""
    errors = []
    if config.get("protect") and wanted.get("protect") is not False:
        errors.append(
            VmrtError(
                f"'{seen.name}' is protected from being removed",
                option="protect",
                hint="Say protect: false in the same task.",
            )
        )
    if wanted["force"]:
        return errors
    if seen.saved:
        errors.append(
            VmrtError(
                f"the memory of '{seen.name}' is saved on the node, and no disk has what is in it",
                option="force",
                hint="Start the vm and shut it down, or say force: true to lose it.",
            )
        )
    old = _version(facts.node["libvirt_version"]) < _KEEPS_TPM
    if wanted["delete_disks"] != "owned" and old and _loses_tpm(config):
        errors.append(
            VmrtError(
                f"libvirt {facts.node['libvirt_version']} can not keep the TPM of '{seen.name}', "
                "without which its disks may not be readable",
                option="force",
                hint="Set tpm.persistent_state, or say force: true to lose it.",
            )
        )
    return errors


def losses(seen: Seen) -> list[str]:
    """What is gone with a vm although its disks stay."""
    kinds = (("snapshots", seen.snapshots), ("checkpoints", seen.checkpoints))
    return [
        f"state: libvirt no longer knows of {count} {kind} of {seen.name}."
        for kind, count in kinds
        if count
    ]


def kept_state(config: Mapping[str, Any]) -> list[str]:
    """Where the state of a vm is that was kept with its disks."""
    nvram = (config.get("boot") or {}).get("nvram") or {}
    path = nvram.get("path") or nvram.get("source")
    if path is None and config.get("firmware") == "efi":
        path = f"{NVRAM_FOLDER}/{config['name']}_VARS.fd"
    kept = [("What UEFI stored", path)] if path else []
    if (config.get("tpm") or {}).get("type") == "emulator":
        kept.append(("What the TPM stored", f"{_TPM_FOLDER}/{config['uuid']}"))
    return [
        f"delete_disks: {what} of {config['name']} stays with its disks, in {where}."
        for what, where in kept
    ]


def _loses_tpm(config: Mapping[str, Any]) -> bool:
    tpm = config.get("tpm") or {}
    return tpm.get("type") == "emulator" and not tpm.get("persistent_state")


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:2])
