# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is remembered of the values of private secrets, and who may read it."""

from __future__ import annotations

import pwd
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver import secret_records

UUID = "4dea22b3-1d52-4f65-9c9e-b6f7ab8f3d11"
VALUE, STAMP = b"correct horse", 17


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: Any) -> Path:
    monkeypatch.setattr(pwd, "getpwuid", lambda _uid: SimpleNamespace(pw_dir=str(tmp_path)))
    return tmp_path / ".local/state/vmrt.libvirt/secrets"


def test_a_value_is_known_again(folder: Path) -> None:
    assert secret_records.matches(UUID, VALUE, STAMP) is None
    secret_records.remember(UUID, VALUE, STAMP)
    assert secret_records.is_known(UUID)
    assert secret_records.matches(UUID, VALUE, STAMP) is True
    assert secret_records.matches(UUID, b"another", STAMP) is False
    # Somebody wrote a value since.
    assert secret_records.matches(UUID, VALUE, STAMP + 1) is None
    secret_records.forget(UUID)
    assert not secret_records.is_known(UUID)
    assert list(folder.iterdir()) == []


def test_a_record_tells_nothing_to_others(folder: Path) -> None:
    secret_records.remember(UUID, VALUE, STAMP)
    (record,) = folder.iterdir()
    assert (folder.stat().st_mode & 0o777, record.stat().st_mode & 0o777) == (0o700, 0o600)
    first = record.read_text()
    assert VALUE.decode() not in first
    secret_records.remember(UUID, VALUE, STAMP)
    assert record.read_text() != first


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"salt": "00"}'])
def test_a_damaged_record_is_none(folder: Path, damage: str) -> None:
    secret_records.remember(UUID, VALUE, STAMP)
    (folder / UUID).write_text(damage)
    assert secret_records.matches(UUID, VALUE, STAMP) is None


def test_a_folder_of_others_is_not_used(folder: Path) -> None:
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    secret_records.remember(UUID, VALUE, STAMP)
    assert list(folder.iterdir()) == []
    assert secret_records.matches(UUID, VALUE, STAMP) is None
