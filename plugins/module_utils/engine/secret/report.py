# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets as values, without what they hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, Observer
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.secret.users import users
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.secret import SECRET
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import read
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import declaration

# What a secret is chosen by.
_BY = ("type", "usage", "uuid")


def report_secret(observer: Observer, seen: Seen) -> dict[str, Any]:
    """Values of the schema SECRET."""
    values = read(SECRET, tree.parse(seen.xml))
    return {**values, "has_value": observer.has_secret_value(seen.name), "state": "present"}


def secrets(observer: Observer, given: Mapping[str, Any]) -> dict[str, Any]:
    """The secrets asked for, each as it is declared, with who needs it."""
    facts = NodeFacts(observer)
    every = (observer.look("secret", name) for name in observer.names("secret"))
    found = [report_secret(observer, seen) for seen in every if seen]
    chosen = [one for one in found if all(one.get(by) == given[by] for by in _BY if by in given)]
    for one in chosen:
        one["used_by"] = [
            {"kind": user.kind, "name": user.name, "encrypts": user.encrypts}
            for user in users(one, facts)
        ]
    return {"secrets": [declaration(SECRET, one) for one in chosen]}
