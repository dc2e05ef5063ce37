# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes of what no option covers, with the same idempotence as options have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import MARK
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.xml_patch import XML_PATCH
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.diff import Change
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.uncovered import says

# What tells a vm apart, and what is ours, is changed by options alone.
_KEPT = ("name", "uuid", MARK)


def patch(given: Mapping[str, Any], root: tree.Element | None) -> list[Change]:
    """Patch a definition, and tell what of it changed. Raises VmrtError."""
    if root is None or not given.get("xml_patches"):
        return []
    changes = []
    before = _kept(root)
    for number, one in enumerate(given["xml_patches"]):
        option = f"xml_patches[{number}]"
        try:
            changed = _OPS[one["op"]](root, one)
        except tree.XPathError as error:
            raise VmrtError(
                f"'{one['xpath']}' is no XPath: {error}", option=f"{option}.xpath"
            ) from error
        except ValueError as error:
            raise VmrtError(str(error), option=option) from error
        if _kept(root) != before:
            raise VmrtError(
                "changes the name, the UUID or the metadata of the collection",
                option=option,
                hint="Use the options for them.",
            )
        if changed is not None:
            changes.append(Change(option, XML_PATCH["value"], *changed))
    return changes


def check_patched(root: tree.Element, facts: NodeFacts) -> None:
    """Raise what libvirt's grammar has against a patched definition: libvirt would drop what it
    does not know without a word."""
    found = facts.complaints("vm", tree.render(root))
    if found:
        raise VmrtError(
            f"libvirt does not know such a definition: {'; '.join(found)}",
            option="xml_patches",
            hint="See formatdomain in libvirt's documentation.",
        )


def _kept(root: tree.Element) -> list[str | None]:
    spots = [tree.find(root, place) for place in _KEPT]
    return [tree.render(spot.element) if spot else None for spot in spots]


# What an operation returns is what was there and what is there now, or None where nothing changed.
_Changed = Any


def _set(root: tree.Element, one: Mapping[str, Any]) -> _Changed:
    xpath, value = one["xpath"], one["value"]
    parent, _slash, last = xpath.rpartition("/")
    is_attribute = last.startswith("@")
    found = tree.xpath(root, (parent or ".") if is_attribute else xpath)
    if not found:
        raise ValueError(
            f"'{xpath}' finds nothing to set: create the element first, with op: create"
        )
    spots = [tree.Spot(element, last[1:] if is_attribute else None) for element in found]
    before = [spot.text for spot in spots]
    if all(text == value for text in before):
        return None
    for spot in spots:
        spot.put(value)
    return next(text for text in before if text != value), value


def _create(root: tree.Element, one: Mapping[str, Any]) -> _Changed:
    parents = tree.xpath(root, one["xpath"])
    if len(parents) != 1:
        raise ValueError(f"'{one['xpath']}' finds {len(parents)} elements, and has to find one")
    try:
        child = tree.parse(one["value"])
    except tree.XMLError as error:
        raise ValueError(f"the value is no element in XML: {error}") from error
    # libvirt adds to what it is given, so what is there may say more.
    if any(says(other, child) for other in parents[0].iterchildren(child.tag)):
        return None
    tree.insert(parents[0], child)
    return None, one["value"]


def _delete(root: tree.Element, one: Mapping[str, Any]) -> _Changed:
    parent, _slash, last = one["xpath"].rpartition("/")
    if last.startswith("@"):
        found = [e for e in tree.xpath(root, parent or ".") if last[1:] in e.attrib]
        before = [element.attrib.pop(last[1:]) for element in found]
    else:
        found = tree.xpath(root, one["xpath"])
        if any(element is root for element in found):
            raise ValueError(f"'{one['xpath']}' is the whole definition")
        before = [tree.render(element).strip() for element in found]
        for element in found:
            element.getparent().remove(element)
    return ("\n".join(before), None) if found else None


_OPS = {"set": _set, "create": _create, "delete": _delete}
