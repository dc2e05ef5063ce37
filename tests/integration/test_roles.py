# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Roles on a host that is not a node yet."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
MISSING = "test ! -e /usr/sbin/libvirtd"
# What the distribution wrote, and a line that somebody added to it.
CONFIGURED = "sha256sum /etc/libvirt/*.conf"
OWN = "echo 'max_processes = 4242' >> /etc/libvirt/qemu.conf"
PICTURE = "find /etc /usr /var/lib -xdev -newer /tmp/before -type f | sort"


@pytest.fixture(scope="module")
def bare(make_lab: Callable[..., Any]) -> Any:
    """A lab whose node has no libvirt."""
    return make_lab(bare=True)


@pytest.fixture
def play(bare: Any, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run roles, named in one string, on the bare host."""

    def play(roles: str, *arguments: str, **variables: Any) -> subprocess.CompletedProcess[str]:
        book = tmp_path / "play.yml"
        names = [f"vmrt.libvirt.{role}" for role in roles.split()]
        tasks = [{"ansible.builtin.import_role": {"name": name}} for name in names]
        one = {"hosts": "node1", "gather_facts": False, "vars": variables, "tasks": tasks}
        book.write_text(json.dumps([one]))
        return bare.ansible_playbook(str(book), *arguments)

    return play


def test_a_bare_host_becomes_a_node(bare: Any, play: Any) -> None:
    (node,) = bare.nodes
    node.ssh(f"{MISSING} && touch /tmp/before")
    wish = {"node_default_pool": True, "node_default_network": True}

    predicted = play("node fleet", "--check", **wish).stdout
    assert "libvirt-daemon-system" in predicted
    assert "node1 does not run libvirt yet" in predicted
    assert "changed=2 " in predicted
    assert node.ssh(f"{MISSING} && {PICTURE}").stdout == ""

    # It converges the host, and once more without a change, and looks at it.
    bare.run(["molecule", "test", "--scenario-name", "node"], cwd=ROOT)
    # What the distribution says in libvirt's files is kept, and what somebody adds as well.
    assert node.ssh("dpkg --verify libvirt-daemon-system | grep ' c '; true").stdout == ""
    configured = node.ssh(f"{OWN}; {CONFIGURED}").stdout
    assert "/etc/libvirt/qemu.conf" in configured
    assert "changed=0 " in play("node", "--check", **wish).stdout
    assert "changed=0 " in play("node", **wish).stdout
    assert node.ssh(CONFIGURED).stdout == configured


def test_seeds_are_written_once(bare: Any, play: Any) -> None:
    (node,) = bare.nodes
    secret = "hunter2secret"
    content = {"users": [{"name": "op", "passwd": secret}]}
    seeds = [
        {"name": "web1", "path": "/srv/web1.iso", "cloud_init": content},
        {"name": "web2", "path": "/srv/web2", "format": "folder", "cloud_init": content},
    ]
    listing = "find /srv -name '*web*' -printf '%p %m\n' -o -name '*-data' -printf '%p %m\n' | sort"

    predicted = play("cloud_init", "--check", "-vv", vmrt_seeds=seeds).stdout
    assert "changed=1 " in predicted
    assert node.ssh(listing).stdout == ""

    written = play("cloud_init", "-vv", vmrt_seeds=seeds).stdout
    assert "changed=1 " in written
    assert secret not in predicted + written
    assert node.ssh(listing).stdout.split() == [
        *("/srv/web1.iso", "600", "/srv/web2", "700"),
        *("/srv/web2/meta-data", "600", "/srv/web2/user-data", "600"),
    ]
    assert secret in node.ssh("cat /srv/web2/user-data").stdout
    assert "changed=0 " in play("cloud_init", vmrt_seeds=seeds).stdout
