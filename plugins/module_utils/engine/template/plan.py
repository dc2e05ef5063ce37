# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a template, and a template as a resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid5

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import DeleteVolume
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.take import able
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.clone.actions import CopyDisks
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.clone.define import check, define
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.clone.disks import Copies, copies
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan, Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import Resource
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.template.actions import (
    MakeTemplate,
    NewImage,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.template.catalogue import (
    Template,
    TemplateDisk,
    file_of,
    find,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.template.declare import declare
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.template.report import (
    report_template,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.nvram import nvram_of
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.create import usable_pool
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.files import same_machine
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.removal import needs
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.template import VM_TEMPLATE
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import (
    Complaints,
    NotFound,
    VmrtError,
    raise_all,
)

# A template has not the name of a vm, whatever it is called.
_NO_VM = ""


def plan_template(given: Mapping[str, Any], seen: Seen | None, facts: NodeFacts) -> Plan:
    """The plan that makes a template of a vm, or removes it."""
    if given["state"] == "absent":
        return _absent(given, facts)
    usable_pool(given["pool"], "pool", facts)
    known = find(given["name"], given["pool"], facts)
    if known is not None:
        raise_all([*_other(known, given)])
        return Plan()
    if "from_vm" not in given:
        raise NotFound(
            f"there is no template '{given['name']}' in the pool '{given['pool']}'",
            option="name",
            hint="Give from_vm, the vm that it is to be made of.",
        )
    same_machine(facts)
    with _of_the_vm():
        return _made(given, facts)


def _other(known: Template, given: Mapping[str, Any]) -> Iterator[VmrtError]:
    """What is against leaving a template as it is."""
    if known.problems:
        yield VmrtError(
            f"the template '{known.name}' is broken: {'; '.join(known.problems)}",
            option="name",
            hint="Remove it with state=absent, and make it anew.",
        )
    elif given.get("from_vm", known.from_vm) != known.from_vm:
        yield VmrtError(
            f"the template '{known.name}' was made of '{known.from_vm}'",
            option="from_vm",
            hint="Give another name, or remove it first.",
        )


def _made(given: Mapping[str, Any], facts: NodeFacts) -> Plan:
    name, pool = given["name"], given["pool"]
    source = facts.vm(given["from_vm"])
    if source is None:
        raise NotFound(f"there is no vm '{given['from_vm']}'", option="source")
    able(given, source, "source")
    raise_all([*check(source)])
    made = copies({**given, "linked": False}, source, facts)
    if not made.disks:
        raise VmrtError(f"'{source.name}' has no disk to make a template of", option="source")
    root, told = define(source, _NO_VM, made, facts)
    template = _template(given, source, root, made, facts)
    volumes = tuple(one.key for one in made.placed)
    images = tuple(
        NewImage(one.volume, one.disk.format, one.disk.volume or "") for one in made.placed
    )
    quiesce = given.get("quiesce", False)
    return Plan(
        (
            CopyDisks(source.name, volumes, tuple(made.disks), quiesce, option="from_vm"),
            MakeTemplate(name, pool, volumes, images, template.file, template.as_json()),
        ),
        before={"template": None, "images": {}},
        after={"template": name, "images": {one.disk.name: one.key for one in made.placed}},
        warnings=(*made.warnings, *told, *_not_in_it(source)),
    )


def _not_in_it(source: Seen) -> Iterator[str]:
    if nvram_of(tree.parse(source.xml)):
        yield "what UEFI stored is not in the template: a vm of it begins without."


def _template(
    given: Mapping[str, Any], source: Seen, root: tree.Element, made: Copies, facts: NodeFacts
) -> Template:
    node, place = facts.node["hostname"], (given["pool"], given["name"], str(facts.now))
    vm = UUID(tree.parse(source.xml).findtext("uuid"))
    return Template(
        name=given["name"],
        pool=given["pool"],
        uuid=str(uuid5(vm, "/".join((node, *place)))),
        from_vm=source.name,
        node=node,
        created=facts.now,
        disks=tuple(
            TemplateDisk(one.disk.name, one.volume, one.disk.format, one.disk.capacity)
            for one in made.placed
        ),
        vm=declare(root, made.placed, facts),
    )


@contextmanager
def _of_the_vm() -> Iterator[None]:
    """What is said of the source of a copy is about from_vm."""
    try:
        yield
    except VmrtError as error:
        for one in (error, *(error.errors if isinstance(error, Complaints) else ())):
            one.option = (one.option or "").replace("source", "from_vm") or None
        raise


def _absent(given: Mapping[str, Any], facts: NodeFacts) -> Plan:
    """Its images go first: until the last one is gone, a file tells what is left to be done."""
    name, pool = given["name"], given["pool"]
    if facts.pool(pool) is None:
        return Plan()
    usable_pool(pool, "pool", facts)
    known = find(name, pool, facts)
    if known is None:
        return Plan()
    needed = [one for image in known.images(facts) for one in needs(image, facts)]
    if needed:
        raise VmrtError(
            f"the template '{name}' is needed by {', '.join(dict.fromkeys(needed))}",
            option="name",
            hint="Remove these first; nothing was deleted.",
        )
    images = [one.name for one in known.images(facts)]
    return Plan(
        tuple(DeleteVolume(pool, one) for one in (*images, file_of(name))),
        before={
            "template": name,
            "images": {one.name: f"{pool}/{one.image}" for one in known.disks},
        },
        after={"template": None, "images": {}},
        warnings=tuple(_left(known)),
    )


def _left(known: Template) -> Iterator[str]:
    if known.problems and not known.disks:
        yield f"which images were those of the template is not known: {'; '.join(known.problems)}."


TEMPLATE_RESOURCE = Resource(
    schema=VM_TEMPLATE,
    look=lambda observer, given: None,
    plan=plan_template,
    report=report_template,
)
