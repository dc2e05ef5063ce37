# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Seeds that hold little, that change, and that stay where the machine is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.integration.play import check, play, shell, task, verbs

SEED = "/var/lib/libvirt/images/it-seed-seed.iso"
TEXT = f"strings -n 4 {SEED} 2>/dev/null || grep -a -o '[[:print:]]*' {SEED}"


def wish(**seed: Any) -> dict[str, Any]:
    disks = [{"name": "root", "size": "1MiB"}]
    return {"name": "it-seed", "disks": disks, "cloud_init": seed}


def test_a_seed_of_meta_data_alone_is_made_once_and_kept_up(lab: Any, tmp_path: Path) -> None:
    first = wish(meta_data={"colour": "green"})
    other = wish(meta_data={"colour": "blue"})
    seen = play(
        lab,
        tmp_path,
        pool=task("pool", name="default", state="active"),
        foretold=check("vm", **first),
        made=task("vm", **first),
        again=task("vm", **first),
        content=shell(TEXT),
        changed_foretold=check("vm", **other),
        changed=task("vm", **other),
        changed_again=task("vm", **other),
        content_later=shell(TEXT),
    )
    assert seen["foretold"]["actions"] == seen["made"]["actions"]
    assert "write_volume" in verbs(seen["made"])
    assert not seen["again"]["changed"]
    assert "green" in seen["content"]["stdout"]
    assert seen["changed_foretold"]["actions"] == seen["changed"]["actions"]
    assert "write_volume" in verbs(seen["changed"])
    assert not seen["changed_again"]["changed"]
    assert "blue" in seen["content_later"]["stdout"]
    assert "green" not in seen["content_later"]["stdout"]

    # Nothing of a seed is kept on the controller: another one, without any files, sees no change.
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    seen = play(
        lab,
        fresh,
        again=task("vm", **other),
        ended=task("vm", name="it-seed", state="absent", delete_disks="owned"),
        left=shell("ls -A /var/lib/libvirt/images | grep it-seed"),
    )
    assert not seen["again"]["changed"]
    assert verbs(seen["ended"])[0] == "undefine"
    assert seen["left"]["stdout"] == ""
