# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring up inventories/example on a node of the lab, and show what there is then."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAB = ROOT / "tests/lab/lab"
# What the lab's node and image are, beside what the example says of them.
OWN = ROOT / "build/quickstart"
KEY = "{{ hostvars['node1'].ansible_ssh_private_key_file }}"
INVENTORIES = ("-i", "inventories/example", "-i", str(OWN.relative_to(ROOT)))

CLOSING = """
This is a fleet: three guests that the inventory in inventories/example describes. Look around:

  tests/lab/lab run -- ansible {inventories} vmrt_vms -m ansible.builtin.command -a 'hostname -I'
  tests/lab/lab run -- ansible-playbook {inventories} vmrt.libvirt.status -e wide=true

Change inventories/example, see what a run would do, and run it:

  tests/lab/lab run -- ansible-playbook {inventories} vmrt.libvirt.site --check --diff
  tests/lab/lab run -- ansible-playbook {inventories} vmrt.libvirt.site

Take everything down again:

  make lab-down
"""


def main() -> int:
    print(lab("up"), end="")
    describe_lab()
    for command in (
        ("ansible-playbook", *INVENTORIES, "vmrt.libvirt.site"),
        ("ansible-playbook", *INVENTORIES, "vmrt.libvirt.status", "-e", "wide=true"),
        ("ansible", *INVENTORIES, "vmrt_vms", "-m", "ansible.builtin.ping"),
    ):
        print(f"\n$ {shlex.join(command)}", flush=True)
        status = subprocess.run([str(LAB), "run", "--", *command], cwd=ROOT, check=False).returncode
        if status:
            return status
    print(CLOSING.format(inventories=shlex.join(INVENTORIES)))
    return 0


def describe_lab() -> None:
    """Write the inventory that makes the example's node and image those of the lab."""
    image = {"name": "debian-12.qcow2", "pool": "fleet", "format": "qcow2"}
    texts = {
        "hosts.yml": lab("inventory"),
        # JSON is YAML.
        "group_vars/all.yml": json.dumps({"ssh_key": KEY}),
        "group_vars/vmrt_nodes.yml": json.dumps(
            {"vmrt_images": [{**image, "src": lab("image", "debian").strip()}]}
        ),
    }
    for name, text in texts.items():
        path = OWN / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def lab(*words: str) -> str:
    """What the lab's command says; its complaints are shown as they are."""
    command = [str(LAB), *words]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
