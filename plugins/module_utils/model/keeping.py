# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a vm is kept: from being removed, and running."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema

_RESTART_POLICY = Schema(
    name="restart_policy",
    doc="What becomes of the vm when it has ended and nobody stopped it. It is kept with the vm.",
    fields=(
        Field(
            "policy",
            "Whether the vm is started again: V(always), only after a failure (V(on-failure)), or "
            "V(never).",
            at="@policy",
            choices=("always", "on-failure", "never"),
            required=True,
            apply=Apply.LIVE,
            via="metadata",
        ),
        Field(
            "backoff",
            "Seconds before the first new start; each further one waits twice as long.",
            type="int",
            at="@backoff",
            codec=codec.INT,
            check=names.positive,
            apply=Apply.LIVE,
            via="metadata",
        ),
        Field(
            "limit",
            "Starts after which no other is tried.",
            type="int",
            at="@limit",
            codec=codec.INT,
            check=names.positive,
            apply=Apply.LIVE,
            via="metadata",
        ),
    ),
)


def keeping(mark: str) -> tuple[Field, ...]:
    """Options that are kept in our metadata, which stands at ``mark``."""
    return (
        Field(
            "protect",
            "Whether the vm is kept from being removed: O(state=absent) is refused as long as it "
            "is true. It is kept with the vm.",
            type="bool",
            at=f"{mark}/@protect",
            codec=codec.YES_NO,
            apply=Apply.LIVE,
            via="metadata",
        ),
        Field(
            "restart_policy",
            _RESTART_POLICY.doc,
            at=f"{mark}/vmrt:restart-policy",
            of=_RESTART_POLICY,
            apply=Apply.LIVE,
        ),
    )
