# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Network namespaces: the only place where the lab has addresses, links and processes."""

from __future__ import annotations

import os
from pathlib import Path

from . import process
from .shell import LabError, run

_FOLDER = Path("/run/netns")
_BRIDGE = "lab0"


def inside(name: str, *command: str) -> list[str]:
    """The command line that runs `command` in the namespace `name`."""
    return ["ip", "netns", "exec", name, *command]


def named(prefix: str) -> list[str]:
    """The namespaces whose name is `prefix`, or `prefix` and a dot and more."""
    if not _FOLDER.is_dir():
        return []
    return [
        path.name
        for path in sorted(_FOLDER.iterdir())
        if path.name == prefix or path.name.startswith(f"{prefix}.")
    ]


def create_controller(name: str, address: str) -> None:
    """A namespace with a bridge that has `address` (with its prefix length)."""
    run("ip", "netns", "add", name)
    run("ip", "-n", name, "link", "set", "lo", "up")
    run("ip", "-n", name, "link", "add", _BRIDGE, "type", "bridge")
    run("ip", "-n", name, "addr", "add", address, "dev", _BRIDGE)
    run("ip", "-n", name, "link", "set", _BRIDGE, "up")


def create_member(name: str, controller: str, port: str, address: str) -> None:
    """A namespace whose `eth0` has `address` and ends, as `port`, on the controller's bridge."""
    run("ip", "netns", "add", name)
    # Made from inside the controller's namespace, so that the machine's own never sees the link.
    peer = ("peer", "name", "eth0", "netns", name)
    run("ip", "-n", controller, "link", "add", port, "type", "veth", *peer)
    run("ip", "-n", controller, "link", "set", port, "master", _BRIDGE, "up")
    run("ip", "-n", name, "link", "set", "lo", "up")
    run("ip", "-n", name, "addr", "add", address, "dev", "eth0")
    run("ip", "-n", name, "link", "set", "eth0", "up")


def end(name: str) -> None:
    """End every process in the namespace except this one's own ancestors."""
    ours = process.ancestors()
    process.end_all(
        lambda: [pid for pid in _pids(name) if pid not in ours],
        lambda pid: _is_inside(pid, name),
        f"namespace {name}",
    )


def forget(name: str) -> None:
    """Delete the links that were made in a member since, which would not outlive its machine."""
    for line in run("ip", "-n", name, "-o", "link").splitlines():
        link = line.split(": ")[1].partition("@")[0]
        if link not in ("lo", "eth0"):
            run("ip", "-n", name, "link", "delete", link)


def remove(name: str) -> None:
    """End every process in the namespace except this one's own ancestors, and delete it."""
    end(name)
    run("ip", "netns", "delete", name)


def _pids(name: str) -> list[int]:
    try:
        return [int(pid) for pid in run("ip", "netns", "pids", name).split()]
    except LabError:  # a crash between making the name and the namespace leaves an empty file
        return []


def _is_inside(pid: int, name: str) -> bool:
    try:
        return os.path.samefile(f"/proc/{pid}/ns/net", _FOLDER / name)
    except OSError:
        return False
