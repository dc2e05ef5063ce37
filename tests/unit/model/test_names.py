# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names that libvirt would accept, and suffer from, never get to it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_host import FakeHost
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.apply import apply
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import (
    Resource,
    make_plan,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from tests.unit.support import converge, play
from tests.unit.support.resources import RESOURCES

HOSTILE = [
    *("", " ", ".", "..", "...", ".hidden", "-rf", "--help", "-"),
    *("a/b", "../x", "/etc/passwd", "a\\b", "a b", " a", "a ", "a\t", "\ta", "a\nb", "a\r", "a\n"),
    *(
        "a\x00b",
        "a\x1bb",
        "a\x7fb",
        "a,b=c",
        "a:b",
        "a;b",
        "a|b",
        "a&b",
        "a<b",
        'a"b',
        "a'b",
        "a$b",
    ),
    *(
        "a*",
        "a?",
        "{{ a }}",
        "%s",
        "\u202eabc",
        "e\u0301",
        "\u00e9",
        "\u0661",
        "\U0001f600",
        "\ufeffa",
    ),
    *("x</name><memory unit='GiB'>4</memory><name>y", "a" * 64, "a" * 5000),
]
HARMLESS = ["web1", "WEB-1", "a", "_a", "007", "a.b", "a..b", "x" * 63]
DETOURS = [
    *("", ".", "..", "images", "./images", "~/images", "//", "/srv/../etc", "/srv/", "//srv"),
    *("/srv/./a", "/srv//a", "/srv/a\n", "/srv/a\x00"),
]
FOLDERS = [
    *(*DETOURS, "/", "/etc", "/etc/libvirt", "/usr/bin", "/boot"),
    *("/proc/1", "/sys", "/root", "/home", "/var", "/var/lib", "/tmp", "/run"),
]
DEVICES = [*HOSTILE, "a.b", "_a", "a" * 32]

readable = {"ids": lambda text: ascii(text)[:24]}


class Recorder(FakeHost):
    """Remembers what it was asked to do."""

    def __init__(self, node: Any):
        super().__init__(node)
        self.asked: list[str] = []

    def run(self, action: Any) -> None:
        self.asked.append(str(action.as_dict()))
        super().run(action)

    def look(self, kind: str, name: str) -> Any:
        self.asked.append(name)
        return super().look(kind, name)


def attempt(resource: Resource, **options: Any) -> VmrtError:
    """Run a task that has to be refused, and has to be refused before libvirt is asked."""
    host = Recorder(play.node())
    before = host._node.picture()
    with pytest.raises(VmrtError) as refused:
        apply(make_plan(resource, play.wish(resource, **options), host), host)
    assert host.asked == []
    assert host._node.picture() == before
    return refused.value


@pytest.mark.parametrize("name", HOSTILE, **readable)
@pytest.mark.parametrize("kind", sorted(RESOURCES))
def test_hostile_names_of_things_are_refused(kind: str, name: str):
    error = attempt(RESOURCES[kind].resource, **{**RESOURCES[kind].options, "name": name})
    assert error.option == "name"
    assert error.message.startswith((repr(name), "the character"))


@pytest.mark.parametrize("name", HARMLESS, **readable)
def test_harmless_names_are_kept(name: str):
    made = play.node()
    play.converge(made, name=name)
    assert list(made.vms) == [name]


@pytest.mark.parametrize("name", HOSTILE, **readable)
@pytest.mark.parametrize("option", ["pool", "volume", "image", "image_pool"])
def test_hostile_names_of_volumes_are_refused(option: str, name: str):
    error = attempt(RESOURCES["vm"].resource, disks=[play.disk(**{option: name})])
    assert error.option == f"disks[root].{option}"


@pytest.mark.parametrize("name", DEVICES, **readable)
@pytest.mark.parametrize("devices", ["disks", "nics", "cdroms", "serials", "channels"])
def test_hostile_names_of_devices_are_refused(devices: str, name: str):
    error = attempt(RESOURCES["vm"].resource, **{devices: [{"name": name}]})
    assert error.option == f"{devices}[{name}].name"


@pytest.mark.parametrize("name", HOSTILE, **readable)
def test_hostile_names_of_networks_are_refused(name: str):
    error = attempt(RESOURCES["vm"].resource, nics=[play.nic(network=name)])
    assert error.option == "nics[lan].network"


@pytest.mark.parametrize("folder", FOLDERS, **readable)
def test_folders_of_the_system_are_refused(folder: str):
    error = attempt(RESOURCES["pool"].resource, name="data", target=folder)
    assert error.option == "target"


@pytest.mark.parametrize("folder", ["/dev", "/dev/shm", "/dev/disk/by-path"])
def test_folders_of_devices_are_no_folders_of_files(folder: str):
    for kind in ("dir", "fs", "netfs"):
        wish = {"name": "data", "type": kind, "target": folder}
        error = converge.refused(play.node(), RESOURCES["pool"].resource, **wish)
        assert "target" in error.option


# An empty path takes the medium out of a drive.
@pytest.mark.parametrize("path", [path for path in DETOURS if path], **readable)
@pytest.mark.parametrize("devices", ["disks", "cdroms", "floppies"])
def test_paths_with_detours_are_refused(devices: str, path: str):
    error = attempt(RESOURCES["vm"].resource, **{devices: [{"name": "a", "path": path}]})
    assert error.option == f"{devices}[a].path"


@pytest.mark.parametrize(
    "address", ["", "52:54:00", "52-54-00-12-34-56", "52:54:00:12:34:5g", "01:00:5e:00:00:01"]
)
def test_odd_mac_addresses_are_refused(address: str):
    error = attempt(RESOURCES["vm"].resource, nics=[play.nic(mac=address)])
    assert error.option == "nics[lan].mac"


def test_all_complaints_come_at_once():
    error = attempt(
        RESOURCES["vm"].resource, name="..", disks=[play.disk(volume="-rf", size="4GB")]
    )
    named = {"name", "disks[root].volume", "disks[root].size"}
    assert set(error.option.split(", ")) == named


def test_what_checks_names_reads_whole_texts():
    """A pattern that is only searched for would accept what it begins with."""
    for check in (names.name, names.device, names.interface, names.mac, names.uuid):
        with pytest.raises(ValueError, match=r".+"):
            check("web1\n; rm -rf /")
