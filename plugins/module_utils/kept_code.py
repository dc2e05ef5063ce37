# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The code of the modules, kept on the node from one task to the next.

Ansible packs a module and the files behind it into an archive, once in each run, and sends it with
each task; Python compiles what it imports from there each time. That takes longer than all that
most tasks do. So the code of all modules is sent once, into a folder of the user who runs them, and
a task says by its digest which code it wants. Python keeps the bytecode beside the files, as ever.
"""

from __future__ import annotations

import atexit
import base64
import gc
import io
import json
import os
import re
import shutil
import tempfile
import time
import zipfile
from contextlib import suppress
from importlib import import_module
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.vmrt.libvirt.plugins.module_utils.own_folder import own_folder

_PLUGINS = "ansible_collections.vmrt.libvirt.plugins"
_PACKAGES = ("module_utils", "modules")
_FOLDER = ".cache/vmrt.libvirt"
# The size of each file, by its name. It is written after all of them.
_LIST = "files.json"
# What was not used for so many seconds belongs to a version that is gone.
_FORGOTTEN = 30 * 24 * 3600
_DIGEST = re.compile(r"[0-9a-f]{32}")

# The module that runs from the folder, if one does.
_running: list[str] = []


class NodeModule(AnsibleModule):  # type: ignore[misc]
    """Ansible's module, which gets its options also where it runs from the code that is kept."""

    params: dict[str, Any]

    def _load_params(self) -> None:
        super()._load_params()
        if _running:
            own = {name: one for name, one in self.params.items() if name.startswith("_ansible_")}
            name = f"vmrt.libvirt.{_running[0]}"
            self.params = {**self.params["arguments"], **own, "_ansible_module_name": name}


def find(digest: str, archive: str | None) -> str | None:
    """The folder with this code; None where it is not there and the archive did not come along.

    The archive is a zip file in base64. Where its files can not be kept, such as on a full or
    read-only disk, they are there for this task alone.
    """
    if not _DIGEST.fullmatch(digest):
        raise ValueError(digest)
    with suppress(OSError):
        above = own_folder(_FOLDER)
        folder = os.path.join(above, digest)
        if archive is not None and not _is_whole(folder):
            _forget(above)
            _unpack(archive, folder)
        if _is_whole(folder):
            with suppress(OSError):
                os.utime(folder)
            return folder
    if archive is None:
        return None
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _extract(archive, folder)
    return folder


def load(folder: str, name: str) -> Any:
    """A module from the folder: what is imported from now on comes from there.

    What is imported stays until the end. To look through it for garbage would take about as long
    as to import it.
    """
    for package in _PACKAGES:
        path = import_module(f"{_PLUGINS}.{package}").__path__
        path.insert(0, os.path.join(folder, package))
    _running.append(name)
    gc.disable()
    module = import_module(f"{_PLUGINS}.modules.{name}")
    gc.freeze()
    gc.enable()
    return module


def _is_whole(folder: str) -> bool:
    """Is each file there? After a loss of power it may be empty."""
    try:
        with open(os.path.join(folder, _LIST), encoding="utf-8") as file:
            sizes: dict[str, Any] = json.load(file)
        return all(os.path.getsize(os.path.join(folder, one)) == sizes[one] for one in sizes)
    except (OSError, ValueError):
        return False


def _unpack(archive: str, folder: str) -> None:
    """Put the files into a folder that is there at once or not at all: tasks run side by side."""
    new = tempfile.mkdtemp(dir=os.path.dirname(folder))
    try:
        _extract(archive, new)
        if not _is_whole(folder):
            shutil.rmtree(folder, ignore_errors=True)
        os.rename(new, folder)
    except OSError:
        # The disk may be full; or another task was faster, and its files are as good.
        shutil.rmtree(new, ignore_errors=True)
        if not _is_whole(folder):
            raise


def _extract(archive: str, folder: str) -> None:
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(archive))) as files:
        files.extractall(folder)
        sizes = {one.filename: one.file_size for one in files.infolist()}
    with open(os.path.join(folder, _LIST), "w", encoding="utf-8") as file:
        json.dump(sizes, file)


def _forget(above: str) -> None:
    """Remove what has not been used for long, also what a run that was killed left behind."""
    for entry in os.scandir(above):
        with suppress(OSError):
            if time.time() - entry.stat(follow_symlinks=False).st_mtime > _FORGOTTEN:
                shutil.rmtree(entry.path)
