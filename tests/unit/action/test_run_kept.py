# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The code of the modules, on its way to a node that has it or not."""

from __future__ import annotations

import ast
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from ansible.plugins.action import ActionBase

from ansible_collections.vmrt.libvirt.plugins.action.run_kept import ActionModule
from ansible_collections.vmrt.libvirt.plugins.module_utils import kept_code
from ansible_collections.vmrt.libvirt.plugins.plugin_utils import code_archive

PLUGINS = Path(__file__).parents[3] / "plugins"
MODULES = {path.stem for path in (PLUGINS / "modules").glob("*.py")}
ACTIONS = {path.stem for path in (PLUGINS / "action").glob("*.py")}


class Node:
    """What a node answers, and what it was sent."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, has_code: bool):
        self.has_code = has_code
        self.sent: list[tuple[str, dict[str, Any], bool]] = []
        monkeypatch.setattr(ActionBase, "_execute_module", self._run)

    def _run(self, name: str, args: dict[str, Any], wrap_async: bool = False) -> dict[str, Any]:
        self.sent.append((name, args, wrap_async))
        self.has_code = self.has_code or "archive" in args
        if wrap_async:
            return {"ansible_job_id": "1"}
        if not self.has_code or "module" not in args:
            return {"code_missing": not self.has_code}
        return {"ran": args["module"], **args["arguments"]}

    def task(self, name: str = "vmrt.libvirt.vm", **options: Any) -> dict[str, Any]:
        task = SimpleNamespace(action="vm", resolved_action=name, args={"name": "web1"})
        action = ActionModule(task, *[None] * 5)
        return dict(action._execute_module(**options))


def test_a_node_that_has_the_code_gets_the_options_alone(monkeypatch: pytest.MonkeyPatch):
    node = Node(monkeypatch, has_code=True)
    assert node.task() == {"ran": "vm", "name": "web1"}
    [(name, args, _wait)] = node.sent
    assert name == "vmrt.libvirt.run_kept"
    assert args == {"code": args["code"], "module": "vm", "arguments": {"name": "web1"}}


def test_one_that_does_not_gets_it_once(monkeypatch: pytest.MonkeyPatch):
    node = Node(monkeypatch, has_code=False)
    assert node.task() == {"ran": "vm", "name": "web1"}
    assert node.task(module_args={"name": "web2"}) == {"ran": "vm", "name": "web2"}
    assert ["archive" in args for _name, args, _wait in node.sent] == [False, True, False]


@pytest.mark.parametrize("has_code", [True, False])
def test_before_a_task_in_the_background_it_is_asked(
    monkeypatch: pytest.MonkeyPatch, has_code: bool
):
    node = Node(monkeypatch, has_code)
    assert node.task(wrap_async=True) == {"ansible_job_id": "1"}
    (_name, asked, waits), (_same, args, later) = node.sent
    assert (list(asked), waits, later) == (["code"], False, True)
    assert ("archive" in args) is not has_code
    assert args["arguments"] == {"name": "web1"}


def test_a_node_that_can_not_be_asked_is_told_as_it_is(monkeypatch: pytest.MonkeyPatch):
    lost = {"unreachable": True, "failed": True}
    monkeypatch.setattr(ActionBase, "_execute_module", lambda *_args, **_options: lost)
    task = SimpleNamespace(action="vm", resolved_action="vmrt.libvirt.vm", args={})
    assert ActionModule(task, *[None] * 5)._execute_module(wrap_async=True) == lost


def test_modules_of_others_are_sent_as_they_are(monkeypatch: pytest.MonkeyPatch):
    node = Node(monkeypatch, has_code=True)
    node.task("ansible.legacy.async_status")
    assert [name for name, _args, _wait in node.sent] == ["ansible.legacy.async_status"]


def test_the_digest_tells_codes_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(code_archive, "_PLUGINS", tmp_path)
    file = tmp_path / "module_utils" / "one" / "file.py"
    file.parent.mkdir(parents=True)
    seen = set()
    for text in ("a", "b", "a"):
        file.write_text(text)
        seen.add(code_archive.digest())
    assert len(seen) == 2


def test_what_is_unpacked_is_what_was_packed(tmp_path: Path):
    kept_code._extract(code_archive.archive(), str(tmp_path))
    for folder in ("modules", "module_utils"):
        for path in (PLUGINS / folder).rglob("*.py"):
            assert (tmp_path / path.relative_to(PLUGINS)).read_bytes() == path.read_bytes()
    # Python takes longer to import from folders without.
    folders = {path.parent for path in (tmp_path / "module_utils").rglob("*.py")}
    assert all((folder / "__init__.py").exists() for folder in folders)


def test_each_module_is_routed():
    """One that is not would travel with all the code behind it in each task."""
    runtime = yaml.safe_load((PLUGINS.parent / "meta" / "runtime.yml").read_text())
    routed = runtime["plugin_routing"]["modules"]
    assert {*routed} == MODULES - ACTIONS
    assert {one["action_plugin"] for one in routed.values()} == {"vmrt.libvirt.run_kept"}


def test_what_the_code_uses_of_ansible_travels_with_it():
    used = {name for path in (PLUGINS / "module_utils").rglob("*.py") for name in of_ansible(path)}
    carried = of_ansible(PLUGINS / "modules" / "run_kept.py") | of_ansible(
        PLUGINS / "module_utils" / "kept_code.py"
    )
    assert used
    assert used <= carried


def of_ansible(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("ansible."):
            module = str(node.module)
            plain = module != "ansible.module_utils" and module != "ansible.module_utils.common"
            found |= {module} if plain else {f"{module}.{one.name}" for one in node.names}
    return found
