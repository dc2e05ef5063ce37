# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What cloud-init gets on its NoCloud seed."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema


def _part(name: str, doc: str, **more: object) -> Field:
    more = {"codec": codec.RAW, **more}
    return Field(name, doc, apply=Apply.RESTART, **more)  # type: ignore[arg-type]


CLOUD_INIT = Schema(
    name="cloud_init",
    doc="The NoCloud seed of a vm, a small medium from which cloud-init sets up the guest.",
    fields=(
        _part(
            "user_data",
            "User data, as a dictionary of cloud-config or as text that begins with a header "
            "cloud-init knows, such as C(#cloud-config).",
            type="raw",
            no_log=True,
        ),
        _part(
            "meta_data",
            "Additional meta data.",
            type="dict",
        ),
        _part(
            "network_config",
            "Network configuration of version 2, as a dictionary or as text.",
            type="raw",
        ),
        _part(
            "public_key",
            "SSH public keys of the default user of the guest's image.",
            type="list",
            elements="str",
            aliases=("public_keys",),
        ),
        _part(
            "hostname",
            "Name of the guest.",
            initial_doc="the name of the vm",
        ),
        _part(
            "swap",
            "Size of a swap file in the guest, as a number with the unit MiB or GiB.",
            codec=codec.CAPACITY,
        ),
        _part(
            "packages",
            "Packages that the guest installs at its first boot.",
            type="list",
            elements="str",
        ),
        _part(
            "users",
            "Users of the guest besides the default one, each a dictionary as cloud-config has it.",
            type="list",
            elements="dict",
            no_log=True,
        ),
        _part(
            "instance_id",
            "Identity of the instance; cloud-init sets up a guest anew when it changes.",
            initial_doc="an identity made from the name of the vm",
        ),
        Field(
            "pool",
            "Pool that holds the seed.",
            initial_doc="the pool of the first disk",
        ),
        Field(
            "on_change",
            "What a changed seed means for a vm that has one. V(ignore) keeps the old seed, "
            "V(rewrite) replaces it under the same instance, so that the guest takes over what "
            "cloud-init does at each boot, V(new_instance) replaces it under a new instance, so "
            "that the guest is set up anew.",
            choices=("ignore", "rewrite", "new_instance"),
            default="rewrite",
        ),
    ),
)
