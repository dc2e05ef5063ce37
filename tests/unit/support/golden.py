# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Golden cases: a wish and what is there, and what has to come of it.

A case is a YAML file with ``title``, ``wish`` (the options of the vm web1) and ``expected``;
``seen`` is the definition that is there, ``running`` tells that it runs, ``volumes`` are more
volumes of the pool default, with their sizes, and ``node`` is one of tests.unit.support.nodes, or
what the node says of itself that is not as usual. ``template`` are the options of a vm that the
template golden was made of.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver import fake_domain
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_host import FakeHost
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import (
    FakeNode,
    Thing,
    Volume,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.apply import apply
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import make_plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.template.plan import (
    TEMPLATE_RESOURCE,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import parse_size
from tests.unit.support import play
from tests.unit.support.nodes import become

FOLDER = Path(__file__).parents[2] / "golden"
CASES = sorted(FOLDER.glob("*.yml"))
_HEADER = Path(__file__).read_text(encoding="utf-8").split("\n\n")[0] + "\n---\n"


class _Dumper(yaml.SafeDumper):
    """Text of several lines is written as it is, and lists stand under what they belong to."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def load(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def save(path: Path, case: Mapping[str, Any]) -> None:
    text = yaml.dump(
        dict(case), Dumper=_Dumper, sort_keys=False, width=96, indent=2, allow_unicode=True
    )
    path.write_text(_HEADER + text, encoding="utf-8")


def outcome(case: Mapping[str, Any]) -> dict[str, Any]:
    """What becomes of a case."""
    return _told(play.plan(_node(case), **case["wish"]))


def _node(case: Mapping[str, Any]) -> FakeNode:
    made = become(play.node(), case.get("node", {}))
    for name, size in case.get("volumes", {}).items():
        made.volumes["default", name] = Volume(f"{play.FOLDER}/{name}", parse_size(size))
    if "seen" in case:
        config = tree.parse(case["seen"])
        running = case.get("running")
        live = fake_domain.started(config, 1) if running else None
        made.vms["web1"] = Thing(config, live, "running" if running else "shutoff")
    if "template" in case:
        play.converge(made, name="built", **case["template"])
        wish = play.wish(TEMPLATE_RESOURCE, name="golden", from_vm="built")
        apply(make_plan(TEMPLATE_RESOURCE, wish, FakeObserver(made)), FakeHost(made))
    return made


def _told(plan: Plan) -> dict[str, Any]:
    told: dict[str, Any] = {"actions": [str(action) for action in plan.actions]}
    if plan.changes:
        told["changes"] = [change.as_dict() for change in plan.changes]
    if plan.restart_required:
        told["restart_required"] = list(plan.restart_required)
    if plan.warnings:
        told["warnings"] = list(plan.warnings)
    xml = {str(action): action.xml for action in plan.actions if hasattr(action, "xml")}
    if xml:
        told["xml"] = xml
    return told
