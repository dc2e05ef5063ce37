# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Seeds in the file system of a machine: an image, or a folder with the files themselves."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from typing import Any, Optional

from ansible_collections.vmrt.libvirt.plugins.module_utils.media import seed, seed_iso
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.part_file import part_file
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_NAMES = ("user-data", "meta-data", "network-config")
# Seeds hold secrets.
_FILE_MODE = 0o600
_FOLDER_MODE = 0o700

# Contents by absolute paths; None is a file that goes.
Files = dict[str, Optional[bytes]]


def iso_files(path: str, options: Mapping[str, Any], name: str) -> Files:
    """What has to be written so that the image at ``path`` is the seed of the machine ``name``.

    Nothing where it is so already. Raises VmrtError that names the option.
    """
    current = _content(path)
    content = seed_iso.replacement(current, options, name)
    if content is None and current is not None and _is_open(path):
        content = current
    return {} if content is None else {path: content}


def folder_files(path: str, options: Mapping[str, Any], name: str) -> Files:
    """The same for a folder with the files of a seed."""
    paths = {one: os.path.join(path, one) for one in _NAMES}
    there = {one: _content(paths[one]) for one in _NAMES}
    texts = {one: content for one, content in there.items() if content is not None}
    wanted = seed.renewed(_read(texts) if texts else None, options, name)
    if wanted is None:
        return {paths[one]: text for one, text in texts.items() if _is_open(paths[one])}
    contents = {one: text.encode("utf-8") for one, text in seed.files(wanted).items()}
    return {
        paths[one]: contents.get(one)
        for one in _NAMES
        if contents.get(one) != there[one] or (there[one] is not None and _is_open(paths[one]))
    }


def put(files: Files) -> None:
    """Write and remove files; only their owner can read them."""
    for path, content in files.items():
        if content is None:
            os.unlink(path)
            continue
        folder = os.path.dirname(path)
        if not os.path.isdir(folder) and os.path.isdir(os.path.dirname(folder)):
            os.mkdir(folder, _FOLDER_MODE)
        with part_file(path) as part:
            part.write(content)
            part.arrive(_FILE_MODE)


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise VmrtError(f"can not read {path}: {error.strerror}", option="path") from error


def _read(texts: Mapping[str, bytes]) -> seed.Seed:
    # What is not text was not written here, and differs from all that is.
    return seed.from_files({one: text.decode("utf-8", "replace") for one, text in texts.items()})


def _is_open(path: str) -> bool:
    """Can others than the owner read it?"""
    return bool(os.stat(path).st_mode & (stat.S_IRWXG | stat.S_IRWXO))
