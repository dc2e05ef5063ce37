# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is told and never given."""

from __future__ import annotations

from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field, Owner


def told(name: str, doc: str, **more: Any) -> Field:
    """A value as it was found."""
    return Field(name, doc, owner=Owner.REPORTED, **{"codec": codec.RAW, **more})
