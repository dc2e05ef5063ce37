# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: guest_agent
short_description: Run tasks in a guest of libvirt through its agent
description:
  - Runs ordinary tasks in the guest of a running vm, and copies files to it and from it, through
    the guest agent. The guest needs neither a network nor an SSH server.
  - The controller talks to libvirt, on its own machine or, with a URI such as
    V(qemu+ssh://root@node1/system), on another.
  - The agent runs as root, and so do tasks; C(become) to another user works. Whoever may use
    libvirt on the node may do anything in the guest.
  - Guests with a POSIX shell are supported, where C(qemu-guest-agent) is installed and its commands
    C(guest-exec) and C(guest-file-*) are allowed.
author: vmrt contributors (@vmrt)
version_added: 0.2.0
requirements:
  - libvirt-python, on the controller
notes:
  - What a command writes can have about 3 MiB, which is what libvirt carries. Files have no limit.
  - There is no terminal. A C(become) that asks for a password does not work, and C(sudo) does not
    ask root for one.
options:
  vm:
    description: Name of the vm.
    type: str
    default: inventory_hostname
    vars:
      - name: inventory_hostname
      - name: ansible_guest_agent_vm
  uri:
    description: URI of the libvirt that runs the vm, as the controller reaches it.
    type: str
    default: qemu:///system
    env:
      - name: LIBVIRT_DEFAULT_URI
    vars:
      - name: ansible_guest_agent_uri
  executable:
    description: Shell of the guest that runs commands.
    type: str
    default: /bin/sh
    vars:
      - name: ansible_guest_agent_executable
  answer_timeout:
    description: Longest time that the agent may take to answer, in seconds.
    type: int
    default: 30
    vars:
      - name: ansible_guest_agent_answer_timeout
  command_timeout:
    description:
      - Longest time that a command may take, in seconds. The agent can not end a command, which
        then runs on.
    type: int
    default: 3600
    vars:
      - name: ansible_guest_agent_command_timeout
extends_documentation_fragment:
  - ansible.builtin.connection_pipelining
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ansible.errors import AnsibleConnectionFailure, AnsibleError, AnsibleFileNotFound
from ansible.plugins.connection import ConnectionBase
from ansible.utils.display import Display

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.agent_call import call_agent
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import (
    LIBVIRT_IMPORT_ERROR,
    connect,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.guest import agent
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import Refused, VmrtError

display = Display()

# The agent's own environment has no home, and may have no more than a path.
_ENVIRONMENT = {
    "HOME": "/root",
    "LOGNAME": "root",
    "USER": "root",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
}
_PIECE = 1024 * 1024


class Connection(ConnectionBase):
    """The way to a guest that is its agent."""

    transport = "vmrt.libvirt.guest_agent"
    has_pipelining = True

    _libvirt: Any = None

    def _connect(self) -> Connection:
        if self._connected:
            return self
        if LIBVIRT_IMPORT_ERROR:
            raise AnsibleError("the connection guest_agent needs libvirt-python on the controller")
        # Whoever logs in elsewhere is root here.
        self._play_context.remote_user = "root"
        with self._failures():
            self._libvirt = connect(self.get_option("uri"), write=True)
            self._connected = True
            self._ask("guest-ping", {})
        return self

    def close(self) -> None:
        if self._libvirt is not None:
            self._libvirt.close()
        self._libvirt = None
        self._connected = False

    def reset(self) -> None:
        self.close()

    @property
    def _vm(self) -> str:
        return str(self.get_option("vm"))

    def _ask(self, command: str, arguments: Mapping[str, Any]) -> Any:
        timeout = self.get_option("answer_timeout")
        return call_agent(self._libvirt, self._vm, command, arguments, timeout)

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """What the guest refuses is an error; what does not answer can not be reached."""
        try:
            yield
        except (Refused, agent.StillRunning) as error:
            raise AnsibleError(f"in the guest of '{self._vm}': {error}") from error
        except VmrtError as error:
            uri = self.get_option("uri")
            raise AnsibleConnectionFailure(
                f"can not reach the guest agent of '{self._vm}' through '{uri}': {error}"
            ) from error

    def exec_command(
        self, cmd: str, in_data: bytes | None = None, sudoable: bool = True
    ) -> tuple[int, bytes, bytes]:
        super().exec_command(cmd, in_data=in_data, sudoable=sudoable)
        self._connect()
        display.vvv(f"EXEC {cmd}", host=self._vm)
        with self._failures():
            done = agent.execute(
                self._ask,
                [self.get_option("executable"), "-c", cmd],
                timeout=self.get_option("command_timeout"),
                environment=_ENVIRONMENT,
                stdin=in_data or b"",
            )
        if done.truncated:
            raise AnsibleError(f"the guest agent of '{self._vm}' dropped some of what was written")
        return done.rc, done.stdout, done.stderr

    def put_file(self, in_path: str, out_path: str) -> None:
        super().put_file(in_path, out_path)
        self._connect()
        display.vvv(f"PUT {in_path} TO {out_path}", host=self._vm)
        try:
            with open(in_path, "rb") as file, self._failures():
                pieces = iter(lambda: file.read(_PIECE), b"")
                agent.write_file(self._ask, out_path, pieces)
        except FileNotFoundError as error:
            raise AnsibleFileNotFound(f"there is no file '{in_path}'") from error

    def fetch_file(self, in_path: str, out_path: str) -> None:
        super().fetch_file(in_path, out_path)
        self._connect()
        display.vvv(f"FETCH {in_path} TO {out_path}", host=self._vm)
        with open(out_path, "wb") as file, self._failures():
            for piece in agent.chunks(self._ask, in_path):
                file.write(piece)
