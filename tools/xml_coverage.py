# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How much of the XML that libvirt's own tests hold is covered by options.

    tools/xml_coverage.py FOLDER [--lost N] [--files N] [--report FILE]

FOLDER holds the tests of libvirt's sources, such as ``libvirt-9.0.0/tests`` from Debian's source
package ``libvirt``. ``--report`` writes the figures as a page of the documentation.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "collections")]

from lxml import etree  # noqa: E402

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.network import NETWORK  # noqa: E402
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.pool import POOL  # noqa: E402
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.secret import SECRET  # noqa: E402
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM  # noqa: E402
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.volume import VOLUME  # noqa: E402
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree  # noqa: E402
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Schema  # noqa: E402
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import read  # noqa: E402
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.uncovered import (  # noqa: E402
    occurrences,
    uncovered,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.write import write  # noqa: E402

# What libvirt calls it, the folder of its tests, and the options for it, where there are any.
_KINDS: dict[str, tuple[str, Schema | None]] = {
    "domain": ("qemuxml2argvdata", VM),
    "network": ("networkxml2xmlin", NETWORK),
    "pool": ("storagepoolxml2xmlin", POOL),
    "volume": ("storagevolxml2xmlin", VOLUME),
    "secret": ("secretxml2xmlin", SECRET),
    "domainsnapshot": ("qemudomainsnapshotxml2xmlin", None),
    "filter": ("nwfilterxml2xmlin", None),
}


@dataclass
class Figures:
    """What was found in the files of one kind; places are counted by how often they are lost."""

    files: int = 0
    whole: int = 0
    unharmed: int = 0
    found: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    losers: Counter[str] = field(default_factory=Counter)

    @property
    def covered(self) -> float:
        return 100 * (1 - sum(self.lost.values()) / self.found) if self.found else 0.0

    @property
    def survive(self) -> float:
        return 100 * self.whole / self.files if self.files else 0.0


def measure(folder: Path, tag: str, schema: Schema | None) -> Figures:
    """The figures of all files in a folder that hold an element of a tag."""
    figures = Figures()
    for path in sorted(folder.glob("*.xml")):
        try:
            root = tree.parse(path.read_text(encoding="utf-8"))
        except etree.XMLSyntaxError:
            continue
        if root.tag != tag:
            continue
        here = list(occurrences(root))
        lost = here if schema is None else uncovered(schema, root)
        figures.files += 1
        figures.found += len(here)
        figures.whole += not lost
        figures.unharmed += schema is not None and _is_unharmed(schema, root)
        figures.lost.update(one.path for one in lost)
        if lost:
            figures.losers[path.name] = len(lost)
    return figures


def _is_unharmed(schema: Schema, root: tree.Element) -> bool:
    """Does writing what was read back into the document leave it as it is?"""
    edited = tree.copy(root)
    write(schema, read(schema, root), edited)
    return tree.same(tree.copy(root), edited)


def report(figures: dict[str, Figures]) -> str:
    """The figures as a page of the documentation."""
    rows = [
        f"| {tag} | {one.files} | {one.found} | {one.covered:.1f} % | {one.survive:.1f} % "
        f"| {100 * one.unharmed / one.files:.1f} % |"
        for tag, one in figures.items()
        if one.files
    ]
    missing = [f"- `{place}`: {times}" for place, times in figures["domain"].lost.most_common(40)]
    return "\n".join([_HEADER, *rows, _MISSING, *missing, ""])


_HEADER = """# How much of libvirt's XML is covered

<!-- Written by tools/xml_coverage.py. -->

libvirt's own tests hold XML files for about all that it can do. Each is read into options and
written back into an empty document, and both documents are compared: an element or an attribute
that comes back with its value is covered, and a file of which all comes back survives. A file is
unharmed when writing what was read back into the file itself changes nothing: that is what happens
to the definition of a machine that somebody else made.

| kind | files | elements and attributes | covered | files that survive | files unharmed |
|---|---|---|---|---|---|"""
_MISSING = """
What no option of a vm covers, and how often it occurs in the files above. A change of a vm leaves
all of it as it is, and `xml_patches` reaches it.
"""


def main() -> int:
    """Measure, print, and write the report where one is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folder", type=Path, help="the folder tests of libvirt's sources")
    parser.add_argument("--lost", type=int, default=60, help="how many lost places are shown")
    parser.add_argument("--files", type=int, default=0, help="how many incomplete files are shown")
    parser.add_argument("--only", default="", help="a part of the places to show, such as disk")
    parser.add_argument("--report", type=Path, help="a page to write")
    given = parser.parse_args()
    figures = {
        tag: measure(given.folder / name, tag, schema) for tag, (name, schema) in _KINDS.items()
    }
    for tag, one in figures.items():
        print(
            f"{tag}: {one.files} files, {one.covered:.2f} % of {one.found} covered, "
            f"{one.survive:.1f} % survive, {one.unharmed} unharmed"
        )
    domain = figures["domain"]
    places = [pair for pair in domain.lost.most_common() if given.only in pair[0]]
    for place, times in places[: given.lost]:
        print(f"{times:6} {place}")
    for name, times in domain.losers.most_common()[: -given.files - 1 : -1]:
        print(f"{times:6} {name}")
    if given.report:
        given.report.write_text(report(figures), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
