# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Places in XML: found, made, put in libvirt's order, taken away, and nothing else touched."""

from __future__ import annotations

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree


def test_a_place_is_found_or_is_not():
    root = tree.parse("<a><b c='1'>text</b></a>")
    assert tree.find(root, "b/@c").text == "1"
    assert tree.find(root, "b").text == "text"
    assert tree.find(root, ".").element is root
    assert tree.find(root, "b/@d") is None
    assert tree.find(root, "x/y") is None


def test_a_place_is_made_once():
    root = tree.new("a")
    tree.ensure(root, "b/c/@d").put("1")
    tree.ensure(root, "b/c/@e").put("2")
    assert tree.render(root).split() == ["<a>", "<b>", "<c", 'd="1"', 'e="2"/>', "</b>", "</a>"]


def test_one_of_several_elements_is_told_by_its_attribute():
    root = tree.parse("<a><b><c n='x'>1</c><c n='y' s='2'/></b></a>")
    assert tree.find(root, "b/c[n=x]").text == "1"
    assert tree.find(root, "b/c[n=y]/@s").text == "2"
    assert tree.find(root, "b/c[n=z]") is None
    tree.ensure(root, "b/c[n=z]/@s").put("3")
    assert root[0][2].attrib == {"n": "z", "s": "3"}
    tree.remove(root, "b/c[n=y]/@s")
    tree.remove(root, "b/c[n=x]")
    assert [child.get("n") for child in root[0]] == ["z"]
    tree.remove(root, "b/c[n=z]/@s")
    assert len(root) == 0


def test_elements_come_in_order():
    root = tree.parse("<a><one/><unknown/><four/></a>")
    for tag in ("three", "two"):
        tree.ensure(root, tag, ("one", "two", "three", "four"))
    assert [child.tag for child in root] == ["one", "unknown", "two", "three", "four"]


def test_twins_stand_together():
    root = tree.parse("<a><one/><one/><two/></a>")
    tree.append(root, "one", ("one", "two")).set("new", "yes")
    assert [child.tag for child in root] == ["one", "one", "one", "two"]
    assert root[2].get("new") == "yes"


def test_what_is_taken_away_leaves_no_empty_parents():
    root = tree.parse("<a><b><c d='1'/></b><e x='1'><f/></e></a>")
    tree.remove(root, "b/c/@d")
    tree.remove(root, "e/f")
    tree.remove(root, "nowhere/@at")
    assert [child.tag for child in root] == ["e"]
    assert len(root[0]) == 0


def test_white_space_and_order_of_attributes_mean_nothing():
    assert tree.same(tree.parse("<a b='1' c='2'> <d/> </a>"), tree.parse("<a c='2' b='1'><d/></a>"))
    assert not tree.same(tree.parse("<a b='1'/>"), tree.parse("<a b='2'/>"))


@pytest.mark.parametrize("text", [" ", "a\nb", "a\tb", "<&>", "]]>", "ü", "\U0001f600"])
def test_text_outlives_the_way_through_xml(text: str):
    root = tree.new("a")
    tree.ensure(root, "b").put(text)
    tree.ensure(root, "@c").put(text)
    again = tree.parse(tree.render(root))
    assert (tree.find(again, "b").text, tree.find(again, "@c").text) == (text, text)


def test_nothing_of_the_node_is_read_by_a_document(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("s3cret")
    text = f"<!DOCTYPE a [<!ENTITY e SYSTEM 'file://{secret}'>]><a>&e;</a>"
    assert "s3cret" not in tree.render(tree.parse(text))
