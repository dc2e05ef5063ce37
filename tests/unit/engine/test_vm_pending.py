# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a running machine does not have yet of its definition."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.pending import pending
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree

NUMBER = "<iothreads>2</iothreads>"
NAMED = "<iothreadids><iothread id='1'/><iothread id='2'/></iothreadids>"
FIRST = "<iothreadids><iothread id='1'/></iothreadids>"


def waits(definition: str, live: str) -> list[str]:
    pair = (definition, live)
    return pending(*(tree.parse(f"<domain>{text}<devices/></domain>") for text in pair))


def test_threads_that_came_by_their_number_wait_for_nothing():
    assert waits(NUMBER, NUMBER + NAMED) == []


def test_a_thread_that_has_to_go_is_told():
    assert waits("<iothreads>1</iothreads>" + FIRST, NUMBER + NAMED) == [
        "io_threads",
        "io_thread_ids[2]",
    ]
