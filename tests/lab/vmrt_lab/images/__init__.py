# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guest images: qcow2 files that boot from their own disk, built without mounting anything."""

from __future__ import annotations

from . import debian, tiny

BUILDERS = {"debian": debian.build, "tiny": tiny.build}
