# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Folders of the user who runs the tasks.

It stands beside kept_code, which can import nothing from the folders of the code that it finds.
"""

from __future__ import annotations

import os
import pwd
import stat


def own_folder(name: str, make: bool = True) -> str:
    """A folder that nobody else reads or writes; ``name`` is its path below the user's home. Raises
    OSError where there is none and it is not to be made, and where it is open to others."""
    # The home as the system knows it: HOME may be that of somebody else.
    folder = os.path.join(pwd.getpwuid(os.geteuid()).pw_dir, name)
    if make:
        os.makedirs(folder, 0o700, exist_ok=True)
    found = os.lstat(folder)
    private = stat.S_ISDIR(found.st_mode) and not stat.S_IMODE(found.st_mode) & 0o077
    if found.st_uid != os.geteuid() or not private:
        raise PermissionError(folder)
    return folder
