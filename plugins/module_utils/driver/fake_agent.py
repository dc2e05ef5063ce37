# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A guest in memory, as its agent shows it."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import Refused

_ROOT = {
    "name": "vda2",
    "mountpoint": "/",
    "type": "ext4",
    "disk": [{"bus-type": "virtio", "serial": "root"}],
}


@dataclass
class FakeAgent:
    """Answers as qemu-guest-agent does. ``outputs`` are what commands give: their status, output
    and error output, by the first word; None of them ends. ``offset`` is how far the guest's clock
    is ahead, in seconds.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    keys: dict[str, list[str]] = field(default_factory=lambda: {"root": []})
    outputs: dict[str, tuple[int, bytes, bytes] | None] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    ran: list[Mapping[str, Any]] = field(default_factory=list)
    mounted: list[Mapping[str, Any]] = field(default_factory=lambda: [_ROOT])
    frozen: bool = False
    trimmed: bool = False
    offset: int = 0
    _open: dict[int, list[Any]] = field(default_factory=dict)
    _running: dict[int, str] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: count(1000))

    def __call__(self, command: str, arguments: Mapping[str, Any]) -> Any:
        answer = getattr(self, "_" + command.replace("-", "_"), None)
        if answer is None:
            raise Refused(f"the guest's agent says: the command {command} has not been found")
        return answer(arguments)

    def _guest_ping(self, _arguments: Mapping[str, Any]) -> Any:
        return {}

    def _guest_info(self, _arguments: Mapping[str, Any]) -> Any:
        known = [name for name in dir(self) if name.startswith("_guest_")]
        commands = [name[1:].replace("_", "-") for name in known]
        return {
            "version": "7.2.22",
            "supported_commands": [{"name": one, "enabled": True} for one in commands],
        }

    def _guest_get_osinfo(self, _arguments: Mapping[str, Any]) -> Any:
        return {"id": "debian", "version-id": "12", "machine": "x86_64"}

    def _guest_get_users(self, _arguments: Mapping[str, Any]) -> Any:
        return [{"user": "debian", "login-time": 1.5}, {"user": "debian", "login-time": 2.5}]

    def _guest_get_fsinfo(self, _arguments: Mapping[str, Any]) -> Any:
        return self.mounted

    def _guest_get_time(self, _arguments: Mapping[str, Any]) -> Any:
        return (int(time.time()) + self.offset) * 10**9

    def _guest_fsfreeze_status(self, _arguments: Mapping[str, Any]) -> Any:
        return "frozen" if self.frozen else "thawed"

    def _guest_file_open(self, arguments: Mapping[str, Any]) -> Any:
        path = arguments["path"]
        if arguments["mode"] == "w":
            self.files[path] = b""
        elif path not in self.files:
            raise Refused(f"the guest's agent says: failed to open file '{path}'")
        handle = next(self._numbers)
        self._open[handle] = [path, 0]
        return handle

    def _guest_file_read(self, arguments: Mapping[str, Any]) -> Any:
        place = self._open[arguments["handle"]]
        end = place[1] + arguments["count"]
        content = self.files[place[0]]
        piece = content[place[1] : end]
        place[1] += len(piece)
        text = base64.b64encode(piece).decode()
        return {"count": len(piece), "buf-b64": text, "eof": end > len(content)}

    def _guest_file_write(self, arguments: Mapping[str, Any]) -> Any:
        content = base64.b64decode(arguments["buf-b64"])
        self.files[self._open[arguments["handle"]][0]] += content
        return {"count": len(content), "eof": False}

    def _guest_file_flush(self, _arguments: Mapping[str, Any]) -> Any:
        return {}

    def _guest_file_close(self, arguments: Mapping[str, Any]) -> Any:
        del self._open[arguments["handle"]]
        return {}

    def _guest_exec(self, arguments: Mapping[str, Any]) -> Any:
        if arguments["path"] not in self.outputs:
            raise Refused("the guest's agent says: Failed to execute child process")
        self.ran.append(arguments)
        number = next(self._numbers)
        self._running[number] = arguments["path"]
        return {"pid": number}

    def _guest_exec_status(self, arguments: Mapping[str, Any]) -> Any:
        output = self.outputs[self._running[arguments["pid"]]]
        if output is None:
            return {"exited": False}
        rc, out, err = output
        ended = {"exitcode": rc} if rc >= 0 else {"signal": -rc}
        shown = {"out-data": out, "err-data": err}
        told = {name: base64.b64encode(text).decode() for name, text in shown.items() if text}
        return {"exited": True, **ended, **told}

    def _keys_of(self, arguments: Mapping[str, Any]) -> list[str]:
        user = arguments["username"]
        if user not in self.keys:
            raise Refused(f"the guest's agent says: failed to lookup user '{user}': Success")
        return self.keys[user]

    def _guest_ssh_get_authorized_keys(self, arguments: Mapping[str, Any]) -> Any:
        return {"keys": list(self._keys_of(arguments))}

    def _guest_ssh_add_authorized_keys(self, arguments: Mapping[str, Any]) -> Any:
        has = self._keys_of(arguments)
        has += [key for key in arguments["keys"] if key not in has]
        return {}

    def _guest_ssh_remove_authorized_keys(self, arguments: Mapping[str, Any]) -> Any:
        has = self._keys_of(arguments)
        gone: Sequence[str] = arguments["keys"]
        has[:] = [key for key in has if key not in gone]
        return {}
