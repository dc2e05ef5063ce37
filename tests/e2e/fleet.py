# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A copy of the example inventory on the node of a lab, and runs of its playbooks."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
_EXAMPLE = _HERE.parents[1] / "inventories/example"

# All that libvirt keeps of a node, to the byte. Numbers that move by themselves, such as the free
# room of a pool's file system and the use of memory, are no part of it.
_STATE = r"""
set -eu
for kind in net pool; do
  for name in $(virsh -q $kind-list --all --name); do
    virsh -q $kind-info "$name" | grep -E '^(Name|UUID|State|Active|Persistent|Autostart|Bridge)'
    for how in '' --inactive; do
      virsh -q $kind-dumpxml $how "$name" | grep -vE '<(capacity|allocation|available) '
    done
  done
done
for name in $(virsh -q list --all --name); do
  virsh -q dominfo "$name" | grep -vE '^(CPU time)'
  virsh -q dumpxml "$name"
  virsh -q dumpxml --inactive "$name"
done
for pool in $(virsh -q pool-list --name); do
  virsh -q vol-list "$pool"
done
find /etc/libvirt /var/lib/libvirt/fleet /var/lib/libvirt/dnsmasq -printf '%p %m %U:%G %i\n' |
  grep -vE '\.(status|new)( |$)' | sort
find /etc/libvirt -type f -exec sha256sum {} + | sort
"""


@dataclass(frozen=True)
class Entry:
    """What one task, or one item of its loop, returned on one host."""

    host: str
    task: str
    outcome: str
    result: Mapping[str, Any]

    @property
    def gathers(self) -> bool:
        return "ansible_devices" in self.result.get("ansible_facts", {})

    @property
    def actions(self) -> list[Mapping[str, Any]]:
        return list(self.result.get("actions") or ())


@dataclass(frozen=True)
class Run:
    """One run of a playbook."""

    status: int
    output: str
    entries: list[Entry]

    def changed(self) -> list[str]:
        return [f"{one.task} ({one.host})" for one in self.entries if one.result.get("changed")]

    def hosts(self) -> set[str]:
        return {one.host for one in self.entries}

    def steps(self) -> list[tuple[str, str, Any]]:
        """All actions of all modules, in an order that does not depend on which host was first."""
        steps = [(one.host, one.task, step) for one in self.entries for step in one.actions]
        return sorted(steps, key=lambda step: step[:2])

    def facts(self) -> dict[str, Mapping[str, Any]]:
        """What Ansible found in the guests it logged into, by their names."""
        return {one.host: one.result["ansible_facts"] for one in self.entries if one.gathers}

    def failures(self) -> list[str]:
        return [str(one.result.get("msg")) for one in self.entries if one.outcome != "ok"]


class Fleet:
    """The example, in a folder where a test may edit it."""

    def __init__(self, lab: Any, folder: Path, image: Path) -> None:
        self._lab = lab
        self.node = lab.nodes[0]
        self.folder = folder
        self.example = folder / "example"
        self._runs = 0
        shutil.copytree(_EXAMPLE, self.example, ignore=shutil.ignore_patterns(".known_hosts"))
        shutil.copy(lab.inventory_path, self._own("hosts.yml"))
        key = "{{ hostvars['node1'].ansible_ssh_private_key_file }}"
        self._own("group_vars/all.yml").write_text(json.dumps({"ssh_key": key}))
        source = {"name": "debian-12.qcow2", "pool": "fleet", "format": "qcow2", "src": str(image)}
        self._own("group_vars/vmrt_nodes.yml").write_text(json.dumps({"vmrt_images": [source]}))

    def declare(self, host: str, **variables: Any) -> None:
        """Set variables of a host beside what the example says of it, or none."""
        self._own(f"host_vars/{host}.yml").write_text(json.dumps(variables))

    def add_vm(self, host: str) -> None:
        self._own("more.yml").write_text(json.dumps({"vmrt_vms": {"hosts": {host: {}}}}))

    def remove_vm(self) -> None:
        self._own("more.yml").unlink()

    def play(self, playbook: str, *arguments: str) -> Run:
        """Run a playbook; a failure of it is a result like any other."""
        self._runs += 1
        record = self.folder / f"record-{self._runs}.jsonl"
        record.touch()
        done = self._lab.run(
            ["ansible-playbook", *self._inventories, playbook, *arguments],
            check=False,
            env={
                "ANSIBLE_CALLBACK_PLUGINS": str(_HERE / "plugins"),
                "ANSIBLE_CALLBACKS_ENABLED": "record",
                "VMRT_RECORD": str(record),
            },
        )
        entries = [Entry(**json.loads(line)) for line in record.read_text().splitlines()]
        return Run(done.returncode, done.stdout + done.stderr, entries)

    def site(self, *arguments: str) -> Run:
        """Run site, which has to succeed."""
        run = self.play("vmrt.libvirt.site", *arguments)
        assert run.status == 0, run.output
        return run

    def ask(self, command: str, hosts: str = "vmrt_vms") -> dict[str, str]:
        """What a shell command says on guests, by their names; all have to be reached."""
        task = {"name": "Ask", "ansible.builtin.shell": command, "changed_when": False}
        play = {"hosts": hosts, "gather_facts": False, "tasks": [task]}
        book = self.folder / "ask.yml"
        book.write_text(json.dumps([play]))
        run = self.play(str(book))
        assert run.status == 0, run.output
        return {one.host: one.result["stdout"] for one in run.entries}

    def ping(self) -> str:
        command = ["ansible", *self._inventories, "vmrt_vms", "-m", "ansible.builtin.ping"]
        return str(self._lab.run(command).stdout)

    def ping_found(self) -> str:
        """Log into guests of which the node alone tells."""
        lab = self._lab.definition
        query = f"keyfile={lab.key}&no_verify=1&no_tty=1"
        uri = f"qemu+ssh://root@{self.node.address}/system?{query}"
        found = self.folder / "found.vmrt.yml"
        found.write_text(json.dumps({"plugin": "vmrt.libvirt.fleet", "nodes": {"node1": uri}}))
        sources = ("-i", str(self._lab.inventory_path), "-i", str(found))
        command = ["ansible", *sources, "vmrt_undeclared", "-m", "ansible.builtin.ping"]
        env = {
            "ANSIBLE_HOST_KEY_CHECKING": "False",
            "ANSIBLE_SSH_EXTRA_ARGS": "-o UserKnownHostsFile=/dev/null",
        }
        login = ["-u", "debian", "--private-key", str(lab.key)]
        return str(self._lab.run([*command, *login], env=env).stdout)

    def state(self) -> str:
        """Everything that a run in check mode has to leave as it is."""
        return str(self.node.ssh(_STATE).stdout)

    @property
    def _inventories(self) -> list[str]:
        return ["-i", str(self.example), "-i", str(self.folder / "own")]

    def _own(self, name: str) -> Path:
        path = self.folder / "own" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path
