# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The nodes of an inventory file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.here import is_here
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_KEYS = ("name", "uri", "jump")
_EXAMPLE = "Write for example: node1: qemu+ssh://root@node1.example.com/system"


@dataclass(frozen=True)
class Node:
    """A node: the URI of its libvirt, and how SSH gets there, as ``user@host:port`` with the file
    of a key."""

    name: str
    uri: str
    jump: str = ""
    key: str = ""

    @property
    def here(self) -> bool:
        return is_here(self.uri)

    def jump_variables(self) -> dict[str, Any]:
        """The variables with which Ansible would reach it by SSH."""
        there = _host(self.jump)
        known = {
            "ansible_host": there.hostname,
            "ansible_user": there.username,
            "ansible_port": there.port,
            "ansible_ssh_private_key_file": self.key,
        }
        return {name: value for name, value in known.items() if value}


def nodes_of(given: Any) -> list[Node]:
    """The nodes of the option ``nodes``. Raises VmrtError for what is no node."""
    nodes = [_node(one) for one in _items(given)]
    if not nodes:
        raise VmrtError("names no node", option="nodes", hint=_EXAMPLE)
    names = [node.name for node in nodes]
    for name in names:
        if names.count(name) > 1:
            raise VmrtError(
                "is given twice", option=f"nodes[{name}]", hint="Leave one of them out."
            )
    return nodes


def _items(given: Any) -> Iterator[Mapping[str, Any]]:
    """Each node as a dictionary, from a list of them or a dictionary of names and URIs."""
    if isinstance(given, Mapping):
        for name, value in given.items():
            yield {"name": name, **(value if isinstance(value, Mapping) else {"uri": value})}
    elif isinstance(given, list):
        for value in given:
            if not isinstance(value, Mapping):
                raise VmrtError(f"'{value}' is no dictionary", option="nodes", hint=_EXAMPLE)
            yield value
    elif given is not None:
        raise VmrtError("is neither a list nor a dictionary", option="nodes", hint=_EXAMPLE)


def _node(given: Mapping[str, Any]) -> Node:
    name = str(given.get("name") or "")
    if not name:
        raise VmrtError("has no name", option="nodes", hint=_EXAMPLE)
    path = f"nodes[{name}]"
    for key in given:
        if key not in _KEYS:
            raise VmrtError(
                f"a node has no '{key}'", option=f"{path}.{key}", hint=f"It has {', '.join(_KEYS)}."
            )
    uri = str(given.get("uri") or "")
    if ":" not in uri:
        raise VmrtError(f"'{uri}' is no URI of libvirt", option=f"{path}.uri", hint=_EXAMPLE)
    jump = str(given.get("jump") or "")
    try:
        if jump and not _host(jump).hostname:
            raise ValueError("it has no host")
        if jump:
            return Node(name, uri, jump)
        return Node(name, uri, *_jump_of(uri))
    except ValueError as error:
        raise VmrtError(
            str(error), option=f"{path}.{'jump' if jump else 'uri'}", hint="Write user@host:port."
        ) from error


def _jump_of(uri: str) -> tuple[str, str]:
    """Where a URI itself goes by SSH, and its key."""
    parts = urlsplit(uri)
    if not parts.hostname or parts.scheme.partition("+")[2] not in ("ssh", "libssh", "libssh2"):
        return "", ""
    key = parse_qs(parts.query).get("keyfile", [""])[0]
    _host(parts.netloc)
    return parts.netloc, key


def _host(jump: str) -> Any:
    parts = urlsplit(f"//{jump}")
    # Raises ValueError where it is no number.
    _port = parts.port
    return parts
