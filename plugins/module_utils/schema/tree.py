# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""XML trees, and places in them such as ``driver/@cache``.

A place is a path of child tags that may end in an attribute; ``.`` is the element itself. A tag
may have the prefix of one of ``NSMAP``; ``vmrt:`` is our own namespace. Of several elements of one
tag, ``entry[name=serial]`` is the one whose attribute says so.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

LXML_IMPORT_ERROR: str | None
try:
    from lxml import etree

    LXML_IMPORT_ERROR = None
    XMLError: type[Exception] = etree.XMLSyntaxError
    XPathError: type[Exception] = etree.XPathError
except ImportError:
    etree = None  # type: ignore[assignment]
    XMLError = XPathError = SyntaxError
    LXML_IMPORT_ERROR = traceback.format_exc()

Element = Any
# Behind the last tag of a place: each element stands in the one before it.
NESTED = "+"
NAMESPACE = "urn:vmrt:libvirt:1"
# Says nothing.
NOTHING: Element = None if etree is None else etree.Element("nothing")
NSMAP = {
    "vmrt": NAMESPACE,
    "qemu": "http://libvirt.org/schemas/domain/qemu/1.0",
    "libosinfo": "http://libosinfo.org/xmlns/libvirt/domain/1.0",
    "fs": "http://libvirt.org/schemas/storagepool/fs/1.0",
    "rbd": "http://libvirt.org/schemas/storagepool/rbd/1.0",
}


@dataclass(frozen=True)
class Spot:
    """Where a value stands: an element's text, or one of its attributes."""

    element: Element
    attribute: str | None

    @property
    def text(self) -> str | None:
        if self.attribute is not None:
            value = self.element.get(self.attribute)
        else:
            value = self.element.text or ""
        return None if value is None else str(value)

    def put(self, text: str) -> None:
        if self.attribute is not None:
            self.element.set(self.attribute, text)
        else:
            self.element.text = text


def parse(text: str) -> Element:
    """The root of an XML document; no entity is resolved, nothing is fetched."""
    return etree.fromstring(text.encode(), _parser())


@cache
def _parser() -> Any:
    return etree.XMLParser(resolve_entities=False, no_network=True, remove_blank_text=True)


def render(element: Element) -> str:
    """An element as indented text."""
    return str(etree.tostring(element, pretty_print=True, encoding="unicode"))


def text(element: Element) -> bytes:
    """All that an element says, white space aside, as the shortest text to tell it by."""
    return bytes(etree.tostring(element, with_tail=False))


def new(step: str) -> Element:
    prefix, colon, _name = step.partition(":")
    tag, marks = _parts(step)
    return etree.Element(tag, marks, nsmap={prefix: NSMAP[prefix]} if colon else None)


def spelled(tag: str) -> str:
    """A tag or an attribute as places spell it; one of a namespace that we do not know keeps it."""
    for prefix, space in NSMAP.items():
        if tag.startswith(f"{{{space}}}"):
            return f"{prefix}:{tag[len(space) + 2 :]}"
    return tag


def name(element: Element) -> str:
    """The tag of an element as places spell it."""
    return spelled(str(element.tag))


def copy(element: Element) -> Element:
    return parse(render(element))


def same(one: Element, other: Element) -> bool:
    """Do two elements say the same, white space and the order of attributes left aside?"""
    return canonical(one) == canonical(other)


def canonical(element: Element) -> bytes:
    """An element in the one form that all equal ones have."""
    return bytes(etree.tostring(element, method="c14n"))


def words(root: Element) -> Iterator[str]:
    """Each text and each value of an attribute, at any depth."""
    for element in root.iter():
        yield from element.attrib.values()
        if element.text and isinstance(element.tag, str):
            yield element.text.strip()


def plain(element: Element) -> Element:
    """A copy with all tags out of their namespaces, for calls of libvirt that add the namespace."""
    bare = etree.Element(etree.QName(element).localname, dict(element.attrib))
    bare.text = element.text
    bare.extend(plain(child) for child in element)
    return bare


@cache
def split(place: str) -> tuple[tuple[str, ...], str | None]:
    """The tags and the attribute of a place: ``a/b/@c`` is ``(("a", "b"), "c")``."""
    steps = tuple(step for step in place.split("/") if step != ".")
    if steps and steps[-1].startswith("@"):
        return steps[:-1], steps[-1][1:]
    return steps, None


def children(root: Element, place: str) -> Iterator[Element]:
    """Every element at a place whose last tag may repeat, or with ``+`` stand in itself."""
    steps, _attribute = split(place)
    parent = _walk(root, steps[:-1])
    if parent is not None and steps[-1].endswith(NESTED):
        yield from _chain(parent, steps[-1])
    elif parent is not None:
        yield from _children(parent, steps[-1])


def _chain(parent: Element, step: str) -> Iterator[Element]:
    element = parent.find(_tag(step))
    while element is not None:
        yield element
        element = element.find(_tag(step))


def find(root: Element, place: str) -> Spot | None:
    """The spot at a place, or None when the element or the attribute is missing."""
    steps, attribute = split(place)
    element = _walk(root, steps)
    if element is None or (attribute is not None and attribute not in element.attrib):
        return None
    return Spot(element, attribute)


def xpath(root: Element, path: str) -> list[Element]:
    """All elements at an XPath. Raises XPathError, and ValueError where it finds no elements."""
    spaces = {prefix: space for prefix, space in root.nsmap.items() if prefix}
    found = root.xpath(path, namespaces={**spaces, **NSMAP})
    if not isinstance(found, list) or not all(etree.iselement(one) for one in found):
        raise ValueError(f"'{path}' finds something else than elements or an attribute")
    return found


def complaints(grammar: str, root: Element) -> list[str]:
    """What a RELAX NG grammar in a file has against an element."""
    validator = etree.RelaxNG(etree.parse(grammar))
    validator.validate(root)
    return [str(entry.message) for entry in validator.error_log]


def ensure(root: Element, place: str, order: Sequence[str] = ()) -> Spot:
    """The spot at a place, made where it is missing. ``order`` lists the root's child tags."""
    steps, attribute = split(place)
    element = root
    for depth, step in enumerate(steps):
        child = _child(element, step)
        if child is None:
            child = insert(element, new(step), order if depth == 0 else ())
        element = child
    return Spot(element, attribute)


def append(root: Element, place: str, order: Sequence[str] = ()) -> Element:
    """A new element at a place whose last tag repeats, behind those already there."""
    steps, _attribute = split(place)
    parent = ensure(root, "/".join(steps[:-1]) or ".", order).element
    child = new(steps[-1].rstrip(NESTED))
    if steps[-1].endswith(NESTED):
        parent = ([parent, *_chain(parent, steps[-1])])[-1]
    twins = parent.findall(child.tag)
    if twins:
        twins[-1].addnext(child)
        return child
    return insert(parent, child, order if parent is root else ())


def insert(parent: Element, child: Element, order: Sequence[str] = ()) -> Element:
    """Put a child before the first sibling that comes later in libvirt's order."""
    if child.tag in [_tag(tag) for tag in order]:
        later = {_tag(tag) for tag in order[list(map(_tag, order)).index(child.tag) + 1 :]}
        # Of the same tag are those that only an attribute tells apart.
        later.discard(child.tag)
        for sibling in parent:
            if sibling.tag in later:
                sibling.addprevious(child)
                return child
    parent.append(child)
    return child


def remove(root: Element, place: str) -> None:
    """Take away what stands at a place, and the parents that this leaves without any content."""
    spot = find(root, place)
    if spot is None:
        return
    element = spot.element
    marks = [_parts(step)[1] for step in split(place)[0]]
    if spot.attribute is not None:
        del element.attrib[spot.attribute]
    elif element is not root:
        parent = element.getparent()
        parent.remove(element)
        element = parent
        marks.pop()
    while element is not root and _is_empty(element, marks.pop()):
        parent = element.getparent()
        parent.remove(element)
        element = parent


def _is_empty(element: Element, marks: Mapping[str, str]) -> bool:
    """Does it say nothing, but which of its kind it is?"""
    return not len(element) and dict(element.attrib) == marks and not element.text


def _walk(root: Element, steps: Sequence[str]) -> Element | None:
    element = root
    for step in steps:
        element = _child(element, step)
        if element is None:
            return None
    return element


def _child(parent: Element, step: str) -> Element | None:
    tag, marks = _parts(step)
    children = _children(parent, step) if marks else parent.iterchildren(tag)
    return next(children, None)


def _children(parent: Element, step: str) -> Iterator[Element]:
    tag, marks = _parts(step)
    for child in parent.iterchildren(tag):
        if not marks or all(child.get(name) == value for name, value in marks.items()):
            yield child


def _tag(step: str) -> str:
    return _parts(step)[0]


def tags(place: str) -> list[str]:
    """The tags on the way to a place, as elements have them."""
    return [_tag(step) for step in split(place)[0]]


@cache
def _parts(step: str) -> tuple[str, Mapping[str, str]]:
    """The tag of a step, and the attributes that tell its element from others of that tag."""
    name, bracket, mark = step.rstrip(NESTED).partition("[")
    prefix, colon, local = name.partition(":")
    tag = f"{{{NSMAP[prefix]}}}{local}" if colon else name
    key, _equals, value = mark.rstrip("]").partition("=")
    return tag, {key: value} if bracket else {}
