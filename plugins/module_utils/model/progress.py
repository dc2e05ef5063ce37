# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a long task tells what it is at."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field

PROGRESS = (
    Field(
        "progress",
        "Whether lines tell, while the task runs, how far it is, at most one every two seconds: of "
        "an image that is loaded, how much of it has arrived, and then whether it is unpacked or "
        "converted. What the task does then runs in the "
        "background of the node, which takes some seconds longer. Nothing is told in check mode, "
        "of a task with C(async), or of a fleet that is sent in several parts.",
        type="bool",
        codec=codec.RAW,
        default=False,
    ),
    Field(
        "progress_file",
        "Path, on the node, of a file that tells in one line how far the run is. O(progress) "
        "makes one by itself.",
        type="path",
    ),
)
