# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Declarations from XML and back, without a node."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.vmrt.libvirt.plugins.filter.from_xml import from_xml
from ansible_collections.vmrt.libvirt.plugins.filter.to_xml import to_xml
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.uncovered import says

XML = """<domain type='kvm'>
  <name>web1</name>
  <memory unit='GiB'>2</memory>
  <vcpu current='1'>2</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'>
      <source file='/srv/web1.qcow2'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <interface type='network'>
      <mac address='52:54:00:00:00:01'/>
      <source network='lan'/>
    </interface>
    <oddity level='9'/>
  </devices>
</domain>"""
ODD = {"devices/oddity": 1, "devices/oddity/@level": 1}


def test_a_definition_becomes_a_declaration():
    declared = from_xml(XML, uncovered="ignore")
    assert declared["memory"] == "2GiB"
    assert (declared["vcpus"], declared["max_vcpus"]) == (1, 2)
    assert declared["disks"][0]["path"] == "/srv/web1.qcow2"
    assert declared["nics"][0]["network"] == "lan"
    assert declared["fill_in"] is False
    assert "status" not in declared


def test_and_back_with_all_that_options_cover():
    covered = XML.replace("<oddity level='9'/>", "")
    written = to_xml(from_xml(covered))
    assert says(tree.parse(written), tree.parse(covered))
    assert from_xml(written, uncovered="fail") == from_xml(covered)


def test_what_no_option_covers_is_named():
    assert from_xml(XML, uncovered="list") == ODD
    with pytest.raises(AnsibleFilterError, match="web1: no option covers devices/oddity"):
        from_xml(XML, uncovered="fail")


def test_lists_of_any_length():
    assert from_xml([]) == []
    several = from_xml([XML, XML], uncovered="ignore")
    assert [one["name"] for one in several] == ["web1", "web1"]
    assert len(to_xml(several)) == 2


def test_other_kinds():
    network = "<network><name>lan</name><bridge name='br1'/></network>"
    declared = from_xml(network)
    assert declared["name"] == "lan"
    assert says(tree.parse(to_xml(declared, kind="network")), tree.parse(network))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: from_xml("<domain"), "this is no XML"),
        (lambda: from_xml("<oddity/>"), "there are no options for <oddity>"),
        (lambda: from_xml(7), "takes XML or a list of it, and got int"),
        (lambda: from_xml(XML, uncovered="maybe"), "'maybe' is not one of"),
        (lambda: to_xml("web1"), "and got str"),
        (lambda: to_xml({"memroy": "1GiB"}), "memroy: vm has no option 'memroy'"),
        (lambda: to_xml({}, kind="oddity"), "there is no kind 'oddity'"),
    ],
)
def test_bad_input(call, words: str):
    with pytest.raises(AnsibleFilterError) as error:
        call()
    assert words in str(error.value)
