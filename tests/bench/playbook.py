# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playbooks, written where they are needed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Task = Mapping[str, Any]


def write(path: Path, node: str, tasks: Sequence[Task], **more: Any) -> Path:
    """A play of one node."""
    play = {"hosts": node, "gather_facts": False, "tasks": list(tasks), **more}
    path.write_text(json.dumps([play]), encoding="utf-8")
    return path


def fleet(**options: Any) -> Task:
    return {"vmrt.libvirt.fleet": options}


def virt(loop: Sequence[str], **options: Any) -> Task:
    """A task of community.libvirt for each of many vms."""
    return {
        "community.libvirt.virt": options,
        "loop": list(loop),
        "loop_control": {"label": "{{ item }}"},
    }
