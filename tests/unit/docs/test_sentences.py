# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of an option, for each way in which it can be declared."""

from __future__ import annotations

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Owner,
    Schema,
)
from tools.documentation.sentences import description

ROOT = Schema("vm", "A vm.", (Field("autostart", "Start."),), tag="domain")


def said(one, owner=ROOT, root=ROOT, path=""):
    return description(one, owner, root, path)[1:]


@pytest.mark.parametrize(
    ("apply", "sentence"),
    [
        (Apply.LIVE, "A change takes effect at once, also on a running vm."),
        (Apply.REPLUG, "A change takes effect by unplugging and plugging the device again."),
        (Apply.RESTART, "A change takes effect at the next start of the vm."),
        (Apply.RECREATE, "Can not be changed once the vm exists."),
    ],
)
def test_when_a_change_counts(apply, sentence):
    assert said(Field("a", "An option.", apply=apply)) == [sentence]


def test_what_steers_a_run_changes_nothing():
    assert said(Field("a", "An option.", default="b")) == []


def test_things_in_a_list_come_and_go():
    nic = Schema("nic", "A nic.", (Field("name", "Its name."),), key="name")
    nics = Field("nics", "Nics.", of=nic, many=True, apply=Apply.RESTART)
    assert said(nics) == ["Adding or removing one takes effect at the next start of the vm."]


def test_a_dictionary_says_what_all_its_options_say():
    parts = (Field("a", "A.", apply=Apply.LIVE), Field("b", "B.", apply=Apply.LIVE), Field("c", ""))
    assert said(Field("d", "D.", of=Schema("d", "", parts))) == [
        "A change takes effect at once, also on a running vm."
    ]
    mixed = (*parts, Field("e", "E.", apply=Apply.RESTART))
    assert said(Field("d", "D.", of=Schema("d", "", mixed))) == []


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"initial": True}, "Without it, a new vm gets V(true)."),
        ({"initial": 2**30, "codec": codec.MEMORY}, "Without it, a new vm gets V(1GiB)."),
        ({"initial_doc": "a name"}, "Without it, a new vm gets a name."),
        ({"owner": Owner.FILLED}, "Without it, libvirt chooses one for a new vm."),
    ],
)
def test_what_a_new_thing_gets(more, sentence):
    one = Field("a", "A number with a unit.", **more)
    assert said(one) == [sentence]


def test_a_size_names_its_unit_where_its_author_did_not():
    one = Field("a", "A size.", codec=codec.CAPACITY)
    assert said(one) == ["A number with the unit KiB, MiB, GiB or TiB."]


def test_rules_between_options_are_said_with_their_full_names():
    owner = Schema(
        "disk",
        "A disk.",
        tuple(Field(name, "An option.") for name in ("a", "b", "c", "d", "e")),
        key="a",
        mutually_exclusive=(("a", "b"), ("a", "c")),
        required_together=(("b", "d"),),
        required_one_of=(("c", "d"),),
        required_if=(("a", True, ("e",)),),
    )

    def rules(name):
        return said(owner[name], owner, ROOT, "disks[].")

    assert rules("a") == ["Excludes O(disks[].b) and O(disks[].c)."]
    assert rules("d") == [
        "Goes together with O(disks[].b).",
        "One of it or O(disks[].c) is required.",
    ]
    assert rules("e") == ["Needed if O(disks[].a=true)."]
