# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Seeds as files: an image, or a folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.seed import compose, files
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.seed_iso import read_iso
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.seed_place import (
    folder_files,
    iso_files,
    put,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

OPTIONS = {"user_data": {"timezone": "Etc/UTC"}, "on_change": "rewrite"}
NETWORK = {"version": 2, "ethernets": {"all": {"match": {"name": "e*"}, "dhcp4": True}}}
PLACES = pytest.mark.parametrize("place", [iso_files, folder_files])


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_an_image_holds_the_seed(tmp_path: Path) -> None:
    path = tmp_path / "web1.iso"
    put(iso_files(str(path), OPTIONS, "web1"))
    assert read_iso(path.read_bytes()) == compose(OPTIONS, "web1")
    assert mode(path) == 0o600


def test_a_folder_holds_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "web1"
    put(folder_files(str(folder), OPTIONS, "web1"))
    assert {one.name: one.read_text() for one in folder.iterdir()} == files(
        compose(OPTIONS, "web1")
    )
    assert mode(folder) == 0o700
    assert {mode(one) for one in folder.iterdir()} == {0o600}


@PLACES
def test_a_second_run_writes_nothing(place, tmp_path: Path) -> None:
    path = str(tmp_path / "seed")
    put(place(path, OPTIONS, "web1"))
    assert place(path, OPTIONS, "web1") == {}


@PLACES
def test_what_changed_is_replaced(place, tmp_path: Path) -> None:
    path = str(tmp_path / "seed")
    put(place(path, OPTIONS, "web1"))
    changed = {**OPTIONS, "user_data": {"timezone": "Europe/Oslo"}}
    put(place(path, changed, "web1"))
    assert place(path, changed, "web1") == {}
    assert place(path, {**OPTIONS, "on_change": "ignore"}, "web1") == {}


def test_a_file_that_is_not_wanted_any_more_goes(tmp_path: Path) -> None:
    path = tmp_path / "seed"
    put(folder_files(str(path), {**OPTIONS, "network_config": NETWORK}, "web1"))
    assert (path / "network-config").exists()
    put(folder_files(str(path), OPTIONS, "web1"))
    assert sorted(os.listdir(path)) == ["meta-data", "user-data"]


@PLACES
def test_what_others_can_read_is_closed(place, tmp_path: Path) -> None:
    path = str(tmp_path / "seed")
    written = place(path, OPTIONS, "web1")
    put(written)
    for one in written:
        os.chmod(one, 0o644)
    put(place(path, OPTIONS, "web1"))
    assert {mode(Path(one)) for one in written} == {0o600}


@PLACES
def test_a_folder_above_is_not_made(place, tmp_path: Path) -> None:
    with pytest.raises(VmrtError, match="does not exist"):
        put(place(str(tmp_path / "no" / "such" / "seed"), OPTIONS, "web1"))
