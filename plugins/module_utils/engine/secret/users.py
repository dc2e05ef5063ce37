# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who needs a secret, as far as libvirt knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree

# What a definition calls the type of a secret.
_TYPES = {"passphrase": "volume", "chap": "iscsi"}


@dataclass(frozen=True)
class User:
    """One who needs a secret; ``encrypts`` tells that something is encrypted with its value."""

    kind: str
    name: str
    encrypts: bool

    @property
    def called(self) -> str:
        return f"the {self.kind} '{self.name}'"


def users(secret: Mapping[str, Any], facts: NodeFacts) -> list[User]:
    """The vms, pools and volumes that need a secret."""
    found = [
        *_of("vm", secret, facts.vm_definitions),
        *_of("pool", secret, facts.pool_definitions),
    ]
    names = {secret["uuid"]}
    if secret.get("type") == "volume":
        names.add(secret["usage"])
    for pool in facts.pool_names:
        for volume in facts.volumes(pool):
            if names & {volume.path, volume.secret}:
                found.append(User("volume", f"{pool}/{volume.name}", True))
    return found


def _of(
    kind: str, secret: Mapping[str, Any], definitions: Mapping[str, list[tree.Element]]
) -> Iterator[User]:
    for name, roots in definitions.items():
        uses = [one for root in roots for one in _uses(secret, root)]
        if uses:
            yield User(kind, name, any(uses))


def _uses(secret: Mapping[str, Any], root: tree.Element) -> Iterator[bool]:
    """For each place that names the secret, whether it is one of encryption."""
    for one in root.iter("secret"):
        above = one.getparent()
        kind = one.get("type") or (above.get("type", "") if above is not None else "")
        by_usage = one.get("usage") and (_TYPES.get(kind, kind), one.get("usage")) == (
            secret.get("type"),
            secret.get("usage"),
        )
        if by_usage or one.get("uuid") == secret["uuid"]:
            yield above is not None and above.tag == "encryption"
    for one in root.iter("encryption"):
        # That of an emulated TPM.
        if one.get("secret") == secret["uuid"]:
            yield True
