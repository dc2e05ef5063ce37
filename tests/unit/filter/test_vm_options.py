# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which variables of a host are options of its vm."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.vmrt.libvirt.plugins.filter.vm_options import vm_options
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Owner


def test_every_option_can_be_a_variable() -> None:
    names = [one.name for one in VM.fields if one.owner is not Owner.REPORTED]
    assert vm_options({f"vmrt_{name}": name for name in names}) == {name: name for name in names}


def test_variables_of_the_fleet_are_no_options() -> None:
    others = ("images", "known_hosts", "networks", "node", "pools", "secrets")
    assert vm_options({f"vmrt_{name}": [] for name in others}) == {}


@pytest.mark.parametrize(
    ("variable", "hint"),
    [
        ("vmrt_memroy", "Did you mean vmrt_memory?"),
        ("vmrt_nodes", "Did you mean vmrt_node?"),
        ("vmrt_entirely_else", "See ansible-doc vmrt.libvirt.vm."),
    ],
)
def test_unknown_names_are_refused(variable: str, hint: str) -> None:
    with pytest.raises(AnsibleFilterError) as refused:
        vm_options({variable: 1})
    assert str(refused.value).startswith(f"{variable}: ")
    assert hint in str(refused.value)
