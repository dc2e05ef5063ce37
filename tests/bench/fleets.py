# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is on the nodes before anything is measured."""

from __future__ import annotations

from pathlib import Path

from tests.bench import declared
from tests.bench.playbook import Task, fleet
from tests.bench.venue import FEW, FRESH, MANY, SCRIPTS, Venue

WANTED = f"{SCRIPTS}/wanted"


class Fleets:
    """Few vms on one node and many on another, made when somebody needs them."""

    def __init__(self, venue: Venue, few: int, many: int) -> None:
        self.venue = venue
        self.sizes = {FEW: few, MANY: many, FRESH: few}
        self._definitions: dict[str, Path] = {}

    def names(self, node: str) -> list[str]:
        return declared.names(self.sizes[node])

    def task(self, node: str) -> Task:
        """The task that converges them."""
        return fleet(vms=[declared.idle(name) for name in self.names(node)])

    def there(self, node: str) -> None:
        """Have them on the node, and their definitions as well."""
        self.definitions(node)

    def definitions(self, node: str) -> Path:
        """The folder with their definitions on the controller; the node has it as WANTED."""
        if node not in self._definitions:
            self._definitions[node] = self._make(node)
        return self._definitions[node]

    def _make(self, node: str) -> Path:
        wish = [declared.idle(name) for name in self.names(node)]
        if node == FRESH:
            wish = [declared.running(name) for name in self.names(node)]
        self._run("make", node, fleet(**declared.SHARED, vms=wish))
        self.venue.run(self.venue.script(node, "definitions.py", WANTED))
        if node == FRESH:
            self._run("unmake", node, fleet(vms=[declared.gone(name) for name in self.names(node)]))
        return self.venue.fetch(node, WANTED)

    def _run(self, name: str, node: str, task: Task) -> None:
        venue = self.venue
        venue.run(venue.play(f"{name}-{node}", node, [task]))
