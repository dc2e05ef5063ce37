# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bytecode of what a module is made of, kept on the node from one task to the next.

Ansible packs a module and the files behind it into an archive. Python compiles what it imports from
an archive each time, which takes longer than all that most tasks do. So the files are unpacked
once, into a folder of the user who runs the module, and Python keeps their bytecode beside them as
it always does.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
import sys
import tempfile
import time
import zipfile
from contextlib import suppress

# In the user's home as the system knows it: HOME may be that of somebody else.
_FOLDER = ".cache/vmrt.libvirt"
# What was not used for so many seconds belongs to a version that is gone.
_FORGOTTEN = 30 * 24 * 3600


def keep_bytecode() -> None:
    """Have what is imported from now on come from the folder, if this runs from an archive.

    Where that can not be, such as on a full or read-only disk, it comes from the archive as ever;
    so it does where PYTHONDONTWRITEBYTECODE is set.
    """
    package = sys.modules[__package__]
    archive = getattr(package.__loader__, "archive", None)
    if archive is None or sys.dont_write_bytecode:
        return
    with suppress(OSError, KeyError, zipfile.BadZipFile):
        prefix = __package__.replace(".", "/") + "/"
        with zipfile.ZipFile(archive) as payload:
            files = [one for one in payload.infolist() if one.filename.startswith(prefix)]
            folder = _folder(payload, files)
        package.__path__.insert(0, os.path.join(folder, prefix))


def _folder(payload: zipfile.ZipFile, files: list[zipfile.ZipInfo]) -> str:
    """The folder with these files, told from others by what is in them."""
    above = _own(os.path.join(pwd.getpwuid(os.geteuid()).pw_dir, _FOLDER))
    told = sorted((one.filename, one.file_size, one.CRC) for one in files)
    folder = os.path.join(above, hashlib.sha256(repr(told).encode()).hexdigest()[:32])
    if not _is_whole(folder, files):
        _forget(above)
        _unpack(payload, files, folder)
    with suppress(OSError):
        os.utime(folder)
    return folder


def _own(folder: str) -> str:
    """A folder into which nobody else writes, made where it is missing."""
    os.makedirs(folder, 0o700, exist_ok=True)
    found = os.lstat(folder)
    if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise PermissionError(folder)
    return folder


def _is_whole(folder: str, files: list[zipfile.ZipInfo]) -> bool:
    """Is each file there? After a loss of power it may be empty."""
    try:
        return all(
            os.path.getsize(os.path.join(folder, one.filename)) == one.file_size for one in files
        )
    except OSError:
        return False


def _unpack(payload: zipfile.ZipFile, files: list[zipfile.ZipInfo], folder: str) -> None:
    """Put the files into a folder that is there at once or not at all: tasks run side by side."""
    new = tempfile.mkdtemp(dir=os.path.dirname(folder))
    try:
        payload.extractall(new, files)
        if not _is_whole(folder, files):
            shutil.rmtree(folder, ignore_errors=True)
        os.rename(new, folder)
    except OSError:
        # The disk may be full; or another task was faster, and its files are as good.
        shutil.rmtree(new, ignore_errors=True)
        if not _is_whole(folder, files):
            raise


def _forget(above: str) -> None:
    """Remove what has not been used for long, also what a run that was killed left behind."""
    for entry in os.scandir(above):
        with suppress(OSError):
            if time.time() - entry.stat(follow_symlinks=False).st_mtime > _FORGOTTEN:
                shutil.rmtree(entry.path)
