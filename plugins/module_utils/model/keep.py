# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules for what stays of a series of things that are taken again and again."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field

RULES = ("last", "hourly", "daily", "weekly")


def _count(name: str, doc: str) -> Field:
    return Field(name, doc, type="int", codec=codec.INT, check=names.not_negative)


KEEP_RULES = (
    _count("last", "How many of the newest stay."),
    _count("hourly", "For how many hours the newest of the hour stays, in UTC."),
    _count("daily", "For how many days the newest of the day stays, in UTC."),
    _count("weekly", "For how many weeks the newest of the week stays, from Monday in UTC."),
)
