# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The code of the modules, sent once and kept on the node, whoever runs the task and however."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = "/root/.cache/vmrt.libvirt"
KEPT = f"cd {FOLDER} && ls && find . -name 'libvirt_observer*.pyc' | wc -l"
# A user with neither a home nor a shell.
NOBODY = {
    "become": True,
    "become_user": "nobody",
    "become_method": "ansible.builtin.su",
    "vars": {"ansible_su_flags": "-s /bin/sh"},
}
INFO = {"vmrt.libvirt.vm_info": {"uri": "test:///default"}}


def test_it_is_sent_once_and_kept(lab: Any, tmp_path: Path) -> None:
    tasks = {
        "emptied": {"ansible.builtin.file": {"path": FOLDER, "state": "absent"}},
        "first": INFO,
        "kept": {"ansible.builtin.command": {"cmd": f"sh -c {json.dumps(KEPT)}"}},
        "second": INFO,
        "by_defaults": {"vm_info": {}, "collections": ["vmrt.libvirt"]},
        "checked": {**INFO, "check_mode": True},
        "background": {**INFO, "async": 60, "poll": 1},
        "homeless": {**INFO, **NOBODY},
        "still": {"ansible.builtin.command": {"cmd": f"sh -c {json.dumps(KEPT)}"}},
        "emptied_again": {"ansible.builtin.file": {"path": FOLDER, "state": "absent"}},
        "background_first": {**INFO, "async": 60, "poll": 1},
    }
    written = [{"name": name, **one, "register": name} for name, one in tasks.items()]
    report = {"dest": str(tmp_path / "told.json"), "content": told(tasks)}
    written.append({"ansible.builtin.copy": report, "delegate_to": "localhost", "become": False})
    defaults = {"group/vmrt.libvirt.all": {"uri": "test:///default"}}
    play = {"hosts": "node1", "gather_facts": False, "tasks": written, "module_defaults": defaults}
    (tmp_path / "play.yml").write_text(json.dumps([play]))
    lab.ansible_playbook(str(tmp_path / "play.yml"), env={"ANSIBLE_LOCALHOST_WARNING": "0"})
    seen = json.loads((tmp_path / "told.json").read_text())

    digest, count = seen["kept"]["stdout_lines"]
    assert len(digest) == 32
    assert count == "1", "Python keeps the bytecode beside it"
    assert seen["still"]["stdout"] == seen["kept"]["stdout"]
    asked = {
        name for name, one in tasks.items() if one.get("collections") or INFO.items() <= one.items()
    }
    for name in asked:
        assert [vm["name"] for vm in seen[name]["vms"]] == ["test"], name
        assert "code_missing" not in seen[name]
        assert seen[name].get("invocation", {}).get("module_args", {}).get("code") is None


def told(tasks: Any) -> str:
    names = json.dumps([*tasks])
    return f"{{{{ dict({names} | zip({names} | map('extract', vars))) | to_json }}}}"
