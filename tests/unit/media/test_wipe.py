# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All that a file holds is overwritten, and its holes stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.wipe import wipe


def test_what_a_file_holds_is_overwritten(tmp_path: Path) -> None:
    path, size = tmp_path / "disk", 64 * 2**20
    with path.open("wb") as file:
        file.write(b"first" * 1000)
        file.seek(size - 7)
        file.write(b"the end")
    before = path.stat().st_blocks
    wipe(str(path))
    assert path.stat().st_size == size
    assert path.stat().st_blocks <= before
    with path.open("rb") as file:
        assert not any(file.read(2**20))
        file.seek(size - 2**20)
        assert not any(file.read())


def test_an_empty_file_and_a_link(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    wipe(str(empty))
    link = tmp_path / "link"
    link.symlink_to(empty)
    with pytest.raises(OSError, match="symbolic"):
        wipe(str(link))
