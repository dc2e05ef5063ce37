# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Threads that serve the disks of a vm."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import ITEM_STATE
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema


def _workers(live: bool) -> tuple[Field, ...]:
    """How many workers a thread has for what it can not do itself."""

    def one(name: str, doc: str) -> Field:
        return Field(
            name,
            doc,
            type="int",
            at=f"@{name}",
            codec=codec.INT,
            check=names.not_negative,
            apply=Apply.LIVE if live else Apply.RESTART,
            via="io_threads" if live else None,
        )

    return (
        one("thread_pool_min", "Least workers that are kept for what a thread can not do itself."),
        one("thread_pool_max", "Most workers for what a thread can not do itself."),
    )


_THREAD = Schema(
    name="io_thread",
    doc="A thread that serves disks.",
    key="id",
    fields=(
        ITEM_STATE,
        Field(
            "id",
            "Number of the thread, by which disks and controllers name it.",
            type="int",
            at="@id",
            codec=codec.INT,
            check=names.positive,
            required=True,
            apply=Apply.RESTART,
        ),
        *_workers(live=True),
    ),
)

_DEFAULT = Schema(
    name="default_io_thread",
    doc="The thread of the emulator itself.",
    fields=_workers(live=False),
)

IO_THREADS = (
    Field(
        "io_threads",
        "How many threads serve disks. A running vm gets and loses them at once; one that a disk "
        "uses is not let go.",
        type="int",
        at="iothreads",
        codec=codec.COUNT,
        check=names.not_negative,
        apply=Apply.LIVE,
        via="io_threads",
    ),
    Field(
        "io_thread_ids",
        "Threads that serve disks, known by their numbers; those that O(io_threads) counts and "
        "nobody names get the lowest free numbers. A running vm gets and loses them at once.",
        at="iothreadids/iothread",
        of=_THREAD,
        many=True,
        apply=Apply.LIVE,
        via="io_threads",
    ),
    Field(
        "default_io_thread",
        _DEFAULT.doc,
        at="defaultiothread",
        of=_DEFAULT,
        apply=Apply.RESTART,
    ),
)
