# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets of a node in memory."""

from __future__ import annotations

import base64
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver import fake_domain
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import FakeNode, Thing
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.secret.name import name_of
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

GENERATED = b"generated"


def find(node: FakeNode, name: str) -> Thing | None:
    """The secret of a name or a UUID."""
    by_uuid = {_config(one).findtext("uuid"): one for one in node.secrets.values()}
    return node.secrets.get(name) or by_uuid.get(name)


def is_private(node: FakeNode, name: str) -> bool:
    return bool(_config(node.secrets[name]).get("private") == "yes")


def define(node: FakeNode, root: tree.Element) -> None:
    if root.find("uuid") is None:
        uuid = tree.ensure(root, "uuid")
        uuid.put(fake_domain.uuid_of("secret", tree.render(root)))
    for flag in ("ephemeral", "private"):
        root.set(flag, root.get(flag) or "no")
    name = name_of(root)
    known, same = find(node, root.findtext("uuid")), node.secrets.get(name)
    if known is not same:
        raise VmrtError("libvirt says: a secret is already defined for use with it")
    if known and is_private(node, name) and root.get("private") == "no":
        raise VmrtError("libvirt says: cannot change private flag on existing secret")
    node.secrets[name] = Thing(root, None, "present")


def undefine(node: FakeNode, name: str) -> None:
    del node.secrets[name]
    node.secret_values.pop(name, None)
    node.known_values.pop(name, None)


def set_value(node: FakeNode, name: str, value: str | None) -> None:
    plain = GENERATED if value is None else base64.b64decode(value)
    node.secret_values[name] = plain
    if is_private(node, name):
        node.known_values[name] = plain


def _config(thing: Thing) -> Any:
    return thing.config
