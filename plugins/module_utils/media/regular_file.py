# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opens files of the node, of which anything may stand at the path."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


@contextmanager
def regular_file(path: str, option: str) -> Iterator[tuple[BinaryIO, int]]:
    """The file at ``path``, open for reading, and its size in bytes.

    Raises VmrtError that names ``option`` if it can't be opened or is no regular file.
    """
    try:
        # Opening a FIFO would wait for its writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or str(error)
        raise VmrtError(f"can't read {path!r}: {cause}", option=option) from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise VmrtError(f"{path} is not a regular file", option=option)
    with open(descriptor, "rb") as file:
        yield file, status.st_size
