# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many vms as an inventory."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import yaml

from tests.bench import profile
from tests.bench.fleets import Fleets
from tests.bench.rounds import Contestant, interleave
from tests.bench.venue import MANY, Venue
from tests.bench.verdict import VMRT, Comparison, at_most_times

_YAML, _INI, _JSON = "static, YAML", "static, INI", "static, JSON"


def compare(fleets: Fleets, rounds: int) -> Comparison:
    fleets.there(MANY)
    venue, number = fleets.venue, len(fleets.names(MANY))
    files = _files(venue)
    found = f'"{fleets.names(MANY)[-1]}"'
    samples = interleave(
        venue,
        [
            Contestant(title, venue.inside(*_list(path)), MANY, found)
            for title, path in files.items()
        ],
        rounds,
    )
    return Comparison(
        id="P5",
        title=f"Inventory of {number} VMs",
        text="`ansible-inventory --list` with the inventory plugin, which asks the node over SSH, "
        "and with files that have the same hosts, groups and variables.",
        samples=samples,
        targets=[at_most_times("of a static inventory", samples[VMRT], samples[_INI], 1.25)],
        profile=lambda: profile.of_command(venue, *_list(files[VMRT])),
    )


def _list(path: Path) -> list[str]:
    return ["ansible-inventory", "-i", str(path), "--list"]


def _files(venue: Venue) -> dict[str, Path]:
    """An inventory of the plugin, and what it says in each kind of file."""
    folder = venue.folder
    query = f"keyfile={venue.lab.key}&no_verify=1&no_tty=1"
    uri = f"qemu+ssh://root@{venue.address(MANY)}/system?{query}"
    files = {
        VMRT: folder / "inventory.vmrt.yml",
        _YAML: folder / "inventory.yml",
        _INI: folder / "inventory.ini",
        _JSON: folder / "inventory.json",
    }
    _write(files[VMRT], json.dumps({"plugin": "vmrt.libvirt.fleet", "nodes": {MANY: uri}}))
    found = json.loads(venue.run(venue.inside(*_list(files[VMRT]))))
    variables = found.pop("_meta")["hostvars"]
    groups = {name: one["hosts"] for name, one in found.items() if "hosts" in one}
    _write(files[_INI], _ini(variables, groups))
    static = {
        "all": {
            "hosts": variables,
            "children": {
                name: {"hosts": {host: {} for host in hosts}} for name, hosts in groups.items()
            },
        }
    }
    _write(files[_YAML], yaml.dump(static, Dumper=yaml.CSafeDumper))
    _write(files[_JSON], json.dumps(static))
    return files


def _ini(variables: dict[str, Any], groups: dict[str, list[str]]) -> str:
    """A line for each host; a value is what Python would write, as such files have it."""
    lines = []
    for host, values in variables.items():
        lines.append(
            " ".join(
                [host, *(f"{name}={shlex.quote(repr(value))}" for name, value in values.items())]
            )
        )
    for name, hosts in groups.items():
        lines += ["", f"[{name}]", *hosts]
    return "\n".join(lines) + "\n"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
