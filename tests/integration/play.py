# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks of one real ansible-playbook run, and what each returned."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

# All that a task could change on a node, but what the disk below a pool says of its room.
_PICTURE = r"""
cd /etc/libvirt && find . '(' -type f -o -type l ')' | sort | xargs sha256sum
find /var/lib/libvirt/images /srv -printf '%p %m %U:%G %s %y\n' | sort
for kind in net pool; do
  for name in $(virsh -q ${kind}-list --all --name); do
    virsh -q ${kind}-info $name | grep -E '^(Name|UUID|State|Active|Persistent|Autostart)'
    for how in '' --inactive; do
      virsh -q ${kind}-dumpxml $how $name | grep -vE '<(capacity|allocation|available) '
    done
  done
done
for name in $(virsh -q list --all --name); do virsh -q dumpxml $name; done
"""


@dataclass(frozen=True)
class Task:
    """A task of a play, on node1 or another node; one in check mode stays so whatever the play
    does."""

    module: str
    options: Mapping[str, Any]
    check: bool = False
    node: str = "node1"

    def written(self, name: str) -> dict[str, Any]:
        """As a playbook has it. A failure is a result like any other."""
        return {
            "name": name,
            self.module: dict(self.options),
            "check_mode": self.check,
            "delegate_to": self.node,
            "diff": True,
            "register": f"result_{name}",
            "ignore_errors": True,
        }


def task(module: str, /, **options: Any) -> Task:
    return Task(f"vmrt.libvirt.{module}", options)


def check(module: str, /, **options: Any) -> Task:
    return Task(f"vmrt.libvirt.{module}", options, check=True)


def on(node: str, one: Task) -> Task:
    return replace(one, node=node)


def shell(command: str) -> Task:
    return Task("ansible.builtin.shell", {"cmd": command})


def picture() -> Task:
    """Everything that a task in check mode has to leave as it is."""
    return shell(_PICTURE)


def play(lab: Any, into: Path, /, **tasks: Task) -> dict[str, Any]:
    """Run tasks in their order on the lab's node; their results by their names.

    All that Ansible said is in ``output.txt`` of the folder ``into``. No task may have the name of
    a parameter.
    """
    file, report = into / "play.yml", into / "results.json"
    last = {
        "name": "Report",
        "ansible.builtin.copy": {
            "dest": str(report),
            "content": "{{ dict(names | zip(names | map('extract', vars))) | to_json }}",
        },
        "delegate_to": "localhost",
        "vars": {"names": [f"result_{name}" for name in tasks]},
    }
    written = [one.written(name) for name, one in tasks.items()]
    file.write_text(
        json.dumps([{"hosts": "node1", "gather_facts": False, "tasks": [*written, last]}])
    )
    done = lab.ansible_playbook(str(file), "-vvv", env={"ANSIBLE_LOCALHOST_WARNING": "0"})
    (into / "output.txt").write_text(done.stdout + done.stderr)
    results = json.loads(report.read_text())
    return {name: results[f"result_{name}"] for name in tasks}


def steps(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a task did, or would do in check mode."""
    assert not result.get("failed"), result["msg"]
    return list(result["actions"])


def verbs(result: Mapping[str, Any]) -> list[str]:
    """The names of the steps that a task took."""
    return [step["action"] for step in steps(result)]


def refused(result: Mapping[str, Any], option: str) -> str:
    """The one clear message of a task that did nothing: it begins with the option."""
    assert result["failed"], result
    assert not result.get("changed")
    assert "Traceback" not in json.dumps(result)
    assert result["msg"].startswith(f"{option}: "), result["msg"]
    return str(result["msg"])
