# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The templates of a node. A file beside their images says what each of them is, and can be read
without us."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, VolumeSeen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.files import stays_inside
from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_ENDING = ".template.json"
_FORMAT = 1
# Nobody needs a longer one.
_LONGEST = 2**20


@dataclass(frozen=True)
class TemplateDisk:
    """A disk and the volume that is its image; ``capacity`` is in bytes."""

    name: str
    image: str
    format: str
    capacity: int


@dataclass(frozen=True)
class Template:
    """A template; ``created`` is in seconds since 1970, and ``vm`` what a vm of it is declared
    with. One with ``problems`` can not be used."""

    name: str
    pool: str
    uuid: str | None = None
    from_vm: str | None = None
    node: str | None = None
    created: int | None = None
    disks: tuple[TemplateDisk, ...] = ()
    vm: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        return file_of(self.name)

    def images(self, facts: NodeFacts) -> list[VolumeSeen]:
        """Those that are there."""
        found = [facts.volume(self.pool, disk.image) for disk in self.disks]
        return [one for one in found if one is not None]

    def as_json(self) -> str:
        told = {name: value for name, value in asdict(self).items() if name not in _OF_PLACE}
        return json.dumps({"format": _FORMAT, **told}, indent=2) + "\n"


# What the file does not say: it is the same in whatever pool it lies.
_OF_PLACE = ("pool", "problems")


def file_of(name: str) -> str:
    """The volume that says what a template is."""
    return f"{name}{_ENDING}"


def find(name: str, pool: str, facts: NodeFacts) -> Template | None:
    """The template of a name."""
    volume = facts.volume(pool, file_of(name))
    return _read(volume, facts) if volume else None


def templates(volumes: Iterable[VolumeSeen], facts: NodeFacts) -> list[Template]:
    """The templates that are among volumes, by their pools and names."""
    files = [one for one in volumes if one.name.endswith(_ENDING)]
    return [_read(one, facts) for one in sorted(files, key=lambda one: (one.pool, one.name))]


def _read(volume: VolumeSeen, facts: NodeFacts) -> Template:
    """What a file says, which may come from anywhere."""
    known = Template(volume.name[: -len(_ENDING)], volume.pool)
    try:
        stays_inside(volume, "name", facts)
        if (volume.capacity or 0) > _LONGEST:
            raise ValueError("it is too long")
        known = _checked(known, facts.download(volume.pool, volume.name))
    except VmrtError as error:
        return replace(known, problems=(error.message,))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        return replace(known, problems=(f"{volume.name} is not understood: {error}",))
    return replace(known, problems=tuple(_problems(known, facts)))


def _checked(known: Template, content: bytes) -> Template:
    told = json.loads(content)
    if told.pop("format") != _FORMAT:
        raise ValueError(f"its format is not {_FORMAT}")
    if told["name"] != known.name:
        raise ValueError("it is about another template")
    disks = tuple(TemplateDisk(**one) for one in told.pop("disks"))
    for disk in disks:
        names.name(disk.image)
        if not isinstance(disk.capacity, int):
            raise ValueError(f"the size of {disk.image} is no number")
    if not isinstance(told["vm"], dict):
        raise ValueError("its vm is not declared")
    return Template(**told, pool=known.pool, disks=disks)


def _problems(known: Template, facts: NodeFacts) -> Iterator[str]:
    for disk in known.disks:
        volume = facts.volume(known.pool, disk.image)
        if volume is None:
            yield f"its image {known.pool}/{disk.image} is gone"
        elif volume.capacity != disk.capacity or volume.format != disk.format:
            yield f"its image {known.pool}/{disk.image} is another one"
