# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A table that says where images of certain names come from."""

from __future__ import annotations

import re

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.transport import TRANSPORT
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.volume import FORMATS
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field, Schema


def _pattern(text: str) -> None:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from error


RULE = Schema(
    name="rule",
    doc="Where images come from whose name fits.",
    required_one_of=(("name", "match"), ("url", "path")),
    mutually_exclusive=(("name", "match"), ("url", "path")),
    fields=(
        Field("name", "Name of an image.", check=names.name),
        Field(
            "match",
            r"Regular expression that the whole name of an image fits. C(\1) and so on stand for "
            "its groups in the other options.",
            check=_pattern,
        ),
        Field("url", "As O(url)."),
        Field("path", "As O(path)."),
        Field("checksum", "As O(checksum); one that is given with the image goes first."),
        Field("format", "As O(format); one that is given goes first.", choices=FORMATS),
        Field("transport", "As O(transport); one that is given goes first.", of=TRANSPORT),
    ),
)
