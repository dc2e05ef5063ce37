# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Is libvirt on the machine that the code runs on?"""

from __future__ import annotations

from urllib.parse import urlsplit


def is_here(uri: str) -> bool:
    """Do the paths of the node lead to the same files here?"""
    parts = urlsplit(uri)
    return not parts.netloc and "+" not in parts.scheme
