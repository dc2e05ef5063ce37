# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a host is once it is a node."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    "name",
    [
        *("dnsmasq-base", "libnss-libvirt", "libvirt-clients", "libvirt-daemon-system"),
        *("netcat-openbsd", "python3-libvirt", "python3-lxml", "python3-pycdlib"),
        *("qemu-system-x86", "qemu-utils"),
    ],
)
def test_packages_are_there(host: Any, name: str) -> None:
    assert host.package(name).is_installed


def test_libvirt_answers_and_starts_with_the_host(host: Any) -> None:
    assert host.service("libvirtd.service").is_enabled
    assert host.service("libvirtd.socket").is_enabled
    assert host.service("libvirtd.socket").is_running
    assert host.check_output("virsh -q -c qemu:///system uri") == "qemu:///system"


def test_guests_have_names(host: Any) -> None:
    assert "libvirt_guest" in host.check_output("grep ^hosts: /etc/nsswitch.conf").split()


@pytest.mark.parametrize(("kind", "folder"), [("pool", "storage"), ("net", "qemu/networks")])
def test_the_defaults_are_active_and_stay_so(host: Any, kind: str, folder: str) -> None:
    assert host.check_output(f"virsh -q -c qemu:///system {kind}-list --name").split() == [
        "default"
    ]
    assert host.file(f"/etc/libvirt/{folder}/autostart/default.xml").is_symlink
