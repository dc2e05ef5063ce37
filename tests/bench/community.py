# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same work as its users do it with community.libvirt: a task for each vm and each step."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from tests.bench import declared
from tests.bench.playbook import Task, virt

TITLE = "community.libvirt"
WITH_MITOGEN = "community.libvirt with mitogen"


def converge(names: Sequence[str], definitions: Path) -> list[Task]:
    """Each definition is compared as a whole, with whether it starts by itself; then the state."""
    return [_define(names, definitions), virt(names, name="{{ item }}", state="shutdown")]


def create(names: Sequence[str], definitions: Path) -> list[Task]:
    base = f"{declared.FOLDER}/{declared.BASE}"
    image = {
        "ansible.builtin.command": {
            "argv": [
                *("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", base),
                declared.volume("{{ item }}"),
            ],
            "creates": declared.volume("{{ item }}"),
        },
        "loop": list(names),
        "loop_control": {"label": "{{ item }}"},
    }
    start = virt(names, name="{{ item }}", state="running")
    return [image, _define(names, definitions), start]


def mitogen(command: Sequence[str]) -> list[str]:
    """The command line of a playbook with mitogen's strategy."""
    plugins = str(files("ansible_mitogen") / "plugins" / "strategy")
    return [
        *("env", "ANSIBLE_STRATEGY=mitogen_linear", f"ANSIBLE_STRATEGY_PLUGINS={plugins}"),
        *command,
    ]


def _define(names: Sequence[str], definitions: Path) -> Task:
    text = f"{{{{ lookup('ansible.builtin.file', '{definitions}/' ~ item ~ '.xml') }}}}"
    return virt(names, command="define", autostart=False, xml=text)
