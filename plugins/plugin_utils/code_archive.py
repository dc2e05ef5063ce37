# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The code of all modules, as it is sent to a node."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

_PLUGINS = Path(__file__).parents[1]
_FOLDERS = ("module_utils", "modules")


def digest() -> str:
    """What tells this code from any other: 32 hexadecimal digits."""
    told = hashlib.sha256()
    for path, content in _files():
        told.update(f"{path}\0{len(content)}\0".encode() + content)
    return told.hexdigest()[:32]


def archive() -> str:
    """A zip file in base64."""
    packed = io.BytesIO()
    folders = set()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as files:
        for path, content in _files():
            files.writestr(path, content)
            folders.add(path.rpartition("/")[0])
        # Python takes longer to import from a folder that has no such file.
        for folder in sorted(folders):
            files.writestr(f"{folder}/__init__.py", "")
    return base64.b64encode(packed.getvalue()).decode()


def _files() -> Iterator[tuple[str, bytes]]:
    """Each file's path below plugins, and its content."""
    for folder in _FOLDERS:
        # Each task does this, and pathlib takes three times as long.
        for above, folders, names in os.walk(_PLUGINS / folder):
            folders.sort()
            below = os.path.relpath(above, _PLUGINS)
            for name in sorted(names):
                if name.endswith(".py"):
                    with open(os.path.join(above, name), "rb") as file:
                        yield f"{below}/{name}", file.read()
