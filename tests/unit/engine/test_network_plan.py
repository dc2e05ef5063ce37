# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Networks: edited in place, with DHCP entries that change while guests go on."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import FakeNode
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import UpdateNetwork
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.network.resource import (
    NETWORK_RESOURCE,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from tests.unit.support import converge, play

GATEWAY = "192.0.2.1"
MAC, OTHER = "52:54:00:00:00:0a", "52:54:00:00:00:0b"
RANGE = {"start": "192.0.2.100", "end": "192.0.2.200"}
HOST = {"mac": MAC, "name": "web1", "ip": "192.0.2.21"}
PATH = f"addresses[{GATEWAY}]"


def address(*hosts: dict[str, Any], **more: Any) -> dict[str, Any]:
    dhcp = {"ranges": [RANGE], "hosts": list(hosts)}
    return {"address": GATEWAY, "prefix": 24, "dhcp": dhcp, **more}


def hosts(*entries: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A wish that is about DHCP entries only."""
    return {
        "name": "net-a",
        "addresses": [{"address": GATEWAY, "dhcp": {"hosts": entries}}],
        **more,
    }


def node(state: str = "active", **options: Any) -> FakeNode:
    """A node that has the network net-a."""
    made = play.node()
    options = {"addresses": [address(HOST)], **options}
    converge.run(made, NETWORK_RESOURCE, name="net-a", state=state, **options)
    return made


def run(made: FakeNode, **options: Any) -> Any:
    return converge.run(made, NETWORK_RESOURCE, **{"name": "net-a", **options})


def refused(made: FakeNode, **options: Any) -> Any:
    return converge.refused(made, NETWORK_RESOURCE, **{"name": "net-a", **options})


def entries(made: FakeNode, live: bool = False) -> list[dict[str, str]]:
    thing = made.networks["net-a"]
    root = thing.live if live else thing.config
    return [dict(host.attrib) for host in root.iterfind("ip/dhcp/host")]


def test_a_new_network_that_reaches_the_world() -> None:
    made = play.node()
    plan = run(made, addresses=[address(HOST)], domain="a.example.com", autostart=True)
    assert converge.steps(plan) == ["define network net-a", "set autostart network net-a True"]
    assert plan.filled == {"mode": "nat"}
    assert plan.after["state"] == "inactive"
    seen = converge.report(made, NETWORK_RESOURCE, name="net-a")
    assert (seen["mode"], seen["domain"], seen["autostart"]) == ("nat", "a.example.com", True)
    assert seen["addresses"] == [
        {
            "family": "ipv4",
            "address": GATEWAY,
            "prefix": 24,
            "dhcp": {"ranges": [RANGE], "hosts": [HOST]},
        }
    ]


def test_a_new_network_that_is_cut_off() -> None:
    made = play.node()
    plan = run(made, mode="isolated", bridge="br-lab", state="active")
    assert converge.steps(plan) == ["define network net-a", "start network net-a"]
    root = made.networks["net-a"].config
    assert root.find("forward") is None
    assert root.find("bridge").get("name") == "br-lab"
    assert converge.report(made, NETWORK_RESOURCE, name="net-a")["mode"] == "isolated"


def test_nat_needs_an_address() -> None:
    error = refused(play.node())
    assert error.option == "addresses"
    assert "mode: isolated" in str(error)


def test_power_and_end() -> None:
    made = node()
    assert converge.steps(run(made, state="inactive")) == ["stop network net-a"]
    assert converge.steps(run(made, state="active")) == ["start network net-a"]
    plan = run(made, state="absent")
    assert converge.steps(plan) == ["stop network net-a", "undefine network net-a"]
    assert "net-a" not in made.networks


@pytest.mark.parametrize(
    ("entry", "command"),
    [
        ({"mac": OTHER, "ip": "192.0.2.22"}, "add"),
        ({"mac": MAC, "ip": "192.0.2.22"}, "modify"),
        ({"mac": MAC, "name": "other"}, "modify"),
        ({"mac": MAC, "state": "absent"}, "delete"),
    ],
    ids=str,
)
def test_entries_of_a_running_network_change_at_once(entry: dict[str, Any], command: str) -> None:
    made = node()
    plan = run(made, **hosts(entry))
    assert converge.steps(plan) == [f"update network net-a {command} ip-dhcp-host {entry['mac']}"]
    assert plan.restart_required == ()
    assert [change.path.startswith(f"{PATH}.dhcp.hosts[") for change in plan.changes] == [True]
    assert entries(made) == entries(made, live=True)


def test_what_an_entry_does_not_name_is_left_alone() -> None:
    made = node()
    run(made, **hosts({"mac": MAC, "ip": "192.0.2.22"}))
    assert entries(made) == [{**HOST, "ip": "192.0.2.22"}]


def test_entries_of_a_stopped_network_are_defined() -> None:
    made = node("present")
    plan = run(made, **hosts({"mac": OTHER, "ip": "192.0.2.22"}, {"mac": MAC, "state": "absent"}))
    assert converge.steps(plan) == ["define network net-a"]
    assert entries(made) == [{"mac": OTHER, "ip": "192.0.2.22"}]


def test_an_address_that_one_entry_gives_up_is_free_for_another() -> None:
    made = node()
    plan = run(made, **hosts({"mac": OTHER, "ip": "192.0.2.21"}, {"mac": MAC, "state": "absent"}))
    commands = [step.command for step in plan.actions if isinstance(step, UpdateNetwork)]
    assert commands == ["delete", "add"]
    assert entries(made, live=True) == [{"mac": OTHER, "ip": "192.0.2.21"}]


def test_the_rest_of_a_running_network_waits_for_its_restart() -> None:
    made = node()
    wish = hosts({"mac": OTHER, "ip": "192.0.2.22"}, domain="b.example.com", bridge="br-b")
    plan = run(made, **wish)
    assert converge.steps(plan) == [
        "define network net-a",
        f"update network net-a add ip-dhcp-host {OTHER}",
    ]
    assert plan.restart_required == ("bridge", "domain")
    assert converge.check(made, NETWORK_RESOURCE, **wish).restart_required == ("bridge", "domain")
    assert len(entries(made)) == len(entries(made, live=True)) == 2


def test_an_entry_is_left_to_the_definition_where_the_running_network_differs() -> None:
    made = node()
    run(made, addresses=[{"address": GATEWAY, "dhcp": {"state": "absent"}}])
    plan = run(made, addresses=[address(HOST)])
    # The running network has the entry still, and gets it anew with its restart.
    assert converge.steps(plan) == ["define network net-a"]
    assert entries(made) == [HOST]
    more = {"address": "198.51.100.1", "prefix": 24}
    plan = run(made, addresses=[more])
    assert plan.restart_required == ("addresses[198.51.100.1]",)
    entry = {"mac": OTHER, "ip": "198.51.100.21"}
    plan = run(made, addresses=[{**more, "dhcp": {"hosts": [entry]}}])
    assert converge.steps(plan) == ["define network net-a"]
    assert plan.restart_required == ("addresses[198.51.100.1]",)


def test_a_range_that_is_not_named_is_removed() -> None:
    made = node()
    other = {"start": "192.0.2.50", "end": "192.0.2.60"}
    plan = run(made, addresses=[{"address": GATEWAY, "dhcp": {"ranges": [other]}}])
    assert plan.restart_required == (f"{PATH}.dhcp.ranges",)
    ranges = made.networks["net-a"].config.findall("ip/dhcp/range")
    assert [dict(one.attrib) for one in ranges] == [other]
    assert entries(made) == [HOST]


def test_dhcp_goes_whatever_else_is_said_of_it() -> None:
    made = node()
    plan = run(made, addresses=[{"address": GATEWAY, "dhcp": {"hosts": [HOST], "state": "absent"}}])
    assert plan.restart_required == (f"{PATH}.dhcp",)
    assert made.networks["net-a"].config.find("ip/dhcp") is None


def test_addresses_come_and_go() -> None:
    made = node("present")
    six = {"address": "2001:DB8::1", "prefix": 64}
    plan = run(made, addresses=[six])
    assert [change.path for change in plan.changes] == ["addresses[2001:db8::1]"]
    found = made.networks["net-a"].config.findall("ip")
    assert [ip.get("family") for ip in found] == [None, "ipv6"]
    run(made, addresses=[{"address": "2001:db8::1", "state": "absent"}])
    assert len(made.networks["net-a"].config.findall("ip")) == 1


def test_what_is_not_named_goes_only_where_its_list_is_named() -> None:
    made = node()
    keep = {"mac": OTHER, "ip": "192.0.2.22"}
    run(made, **hosts(keep))
    assert len(entries(made)) == 2
    plan = run(made, **hosts(keep), remove_unmanaged=["hosts"])
    assert converge.steps(plan) == [f"update network net-a delete ip-dhcp-host {MAC}"]
    assert entries(made, live=True) == [keep]
    two = [{"address": "198.51.100.1", "prefix": 24}]
    run(made, addresses=two, remove_unmanaged=["addresses"])
    (left,) = converge.report(made, NETWORK_RESOURCE, name="net-a")["addresses"]
    assert left["address"] == "198.51.100.1"


def test_an_edit_keeps_what_it_does_not_know() -> None:
    made = node("present")
    root = made.networks["net-a"].config
    kept = {
        place: tree.find(root, place).text for place in ("uuid", "bridge/@name", "mac/@address")
    }
    tree.ensure(root, "forward/nat/port/@start").put("2048")
    tree.ensure(root, "dns/@enable").put("no")
    tree.ensure(root, "ip/dhcp/bootp/@file").put("pxe")
    run(made, domain="b.example.com", **hosts({"mac": OTHER, "ip": "192.0.2.22"}))
    root = made.networks["net-a"].config
    for place, text in kept.items():
        assert tree.find(root, place).text == text
    assert tree.find(root, "forward/nat/port/@start").text == "2048"
    assert tree.find(root, "dns/@enable").text == "no"
    assert tree.find(root, "ip/dhcp/bootp/@file").text == "pxe"


def test_a_netmask_is_a_prefix() -> None:
    made = node("present")
    ip = made.networks["net-a"].config.find("ip")
    del ip.attrib["prefix"]
    ip.set("netmask", "255.255.255.0")
    wish = [{"address": GATEWAY, "prefix": 24}]
    assert not converge.check(made, NETWORK_RESOURCE, name="net-a", addresses=wish).actions
    run(made, addresses=[{"address": GATEWAY, "prefix": 23}])
    ip = made.networks["net-a"].config.find("ip")
    assert (ip.get("prefix"), ip.get("netmask")) == ("23", None)


def test_an_isolated_network_loses_all_of_its_forwarding() -> None:
    made = node()
    tree.ensure(made.networks["net-a"].config, "forward/nat/port/@start").put("2048")
    plan = run(made, mode="isolated")
    assert plan.restart_required == ("mode",)
    assert made.networks["net-a"].config.find("forward") is None


@pytest.mark.parametrize(
    ("change", "option", "says"),
    [
        ({"prefix": None}, f"{PATH}.prefix", "needs the length"),
        ({"prefix": 31}, f"{PATH}.prefix", "no room"),
        ({"prefix": 33}, f"{PATH}.prefix", ""),
        ({"prefix": 0}, f"{PATH}.prefix", "not the length"),
        ({"address": "192.0.2.0"}, "addresses[192.0.2.0].prefix", "of the node"),
        ({"address": "192.0.2.1/24"}, "addresses[192.0.2.1/24].address", "192.0.2.1"),
        ({"address": "net"}, "addresses[net].address", "not an IP address"),
    ],
    ids=str,
)
def test_bad_addresses(change: dict[str, Any], option: str, says: str) -> None:
    error = refused(play.node(), addresses=[{"address": GATEWAY, "prefix": 24, **change}])
    assert error.option == option
    assert says in str(error)


@pytest.mark.parametrize(
    ("dhcp", "option", "says"),
    [
        ({"ranges": [{**RANGE, "end": "192.0.3.9"}]}, "ranges[0].end", "192.0.3.9"),
        ({"ranges": [{**RANGE, "start": "2001:db8::5"}]}, "ranges[0].start", "2001:db8::5"),
        ({"ranges": [{"start": RANGE["end"], "end": RANGE["start"]}]}, "ranges[0]", "after"),
        ({"hosts": [{**HOST, "ip": "192.0.3.9"}]}, f"hosts[{MAC}].ip", "192.0.3.9"),
        ({"hosts": [{**HOST, "ip": "192.0.2.255"}]}, f"hosts[{MAC}].ip", "192.0.2.255"),
        ({"hosts": [{**HOST, "ip": GATEWAY}]}, f"hosts[{MAC}].ip", "the node itself"),
        ({"hosts": [{"mac": MAC}]}, f"hosts[{MAC}].ip", "needs an address"),
        ({"hosts": [HOST, {**HOST, "mac": OTHER, "name": "b"}]}, f"hosts[{OTHER}].ip", MAC),
        ({"hosts": [HOST, {**HOST, "mac": OTHER, "ip": "192.0.2.9"}]}, f"hosts[{OTHER}].name", MAC),
        ({"hosts": [HOST, HOST]}, f"hosts[{MAC}]", "twice"),
        ({"hosts": [{**HOST, "mac": "52:54:00"}]}, "hosts[52:54:00].mac", "not a MAC"),
        ({"hosts": [{**HOST, "name": "a b"}]}, f"hosts[{MAC}].name", "DNS name"),
    ],
    ids=str,
)
def test_bad_dhcp(dhcp: dict[str, Any], option: str, says: str) -> None:
    error = refused(play.node(), addresses=[{"address": GATEWAY, "prefix": 24, "dhcp": dhcp}])
    assert error.option == f"{PATH}.dhcp.{option}"
    assert says in str(error)


def test_an_interface_has_one_entry_in_a_network() -> None:
    other = {"address": "198.51.100.1", "prefix": 24}
    other["dhcp"] = {"hosts": [{"mac": MAC, "ip": "198.51.100.21"}]}
    error = refused(play.node(), addresses=[address(HOST), other])
    assert error.option == f"addresses[198.51.100.1].dhcp.hosts[{MAC}]"


def test_dhcp_of_ipv6_does_not_know_macs() -> None:
    six = {"address": "2001:db8::1", "prefix": 64}
    six["dhcp"] = {"hosts": [{"mac": MAC, "ip": "2001:db8::21"}]}
    error = refused(play.node(), addresses=[six])
    assert error.option == f"addresses[2001:db8::1].dhcp.hosts[{MAC}]"


def test_two_addresses_of_a_network_do_not_overlap() -> None:
    error = refused(node(), addresses=[{"address": "192.0.2.254", "prefix": 25}])
    assert error.option == "addresses[192.0.2.254]"
    assert "state: absent" in str(error)


def test_active_networks_do_not_overlap() -> None:
    made = node()
    wish = {"name": "net-b", "addresses": [{"address": "192.0.2.129", "prefix": 25}]}
    error = refused(made, **wish, state="active")
    assert error.option == "addresses[192.0.2.129]"
    assert "active network 'net-a'" in str(error)
    run(made, **wish)
    assert "active network 'net-a'" in str(refused(made, name="net-b", state="active"))
    run(made, name="net-a", state="inactive")
    run(made, name="net-b", state="active")


def test_a_bridge_belongs_to_one_network() -> None:
    made = node(bridge="br-a")
    error = refused(made, name="net-b", mode="isolated", bridge="br-a")
    assert error.option == "bridge"
    assert "'net-a'" in str(error)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("mode", "bridge"),
        ("bridge", "a-very-long-bridge"),
        ("bridge", "br/0"),
        ("domain", "a_b"),
        ("domain", "-a.example"),
        ("name", "net a"),
        ("state", "running"),
    ],
)
def test_bad_options_are_named(option: str, value: str) -> None:
    wish = {"mode": "isolated", option: value}
    assert refused(play.node(), **wish).option == option


_GONE = st.sampled_from(["present", "present", "absent"])
_HOSTS = st.lists(
    st.fixed_dictionaries(
        {"mac": st.sampled_from([MAC, OTHER])},
        optional={
            "ip": st.sampled_from(["192.0.2.21", "192.0.2.22", "198.51.100.21"]),
            "name": st.sampled_from(["web1", "web2"]),
            "state": _GONE,
        },
    ),
    max_size=2,
    unique_by=lambda host: host["mac"],
)
_RANGES = st.lists(st.just(RANGE), max_size=1)
_ADDRESSES = st.lists(
    st.fixed_dictionaries(
        {"address": st.sampled_from([GATEWAY, "198.51.100.1", "2001:db8::1"])},
        optional={
            "prefix": st.sampled_from([24, 24, 25]),
            "dhcp": st.fixed_dictionaries(
                {}, optional={"ranges": _RANGES, "hosts": _HOSTS, "state": _GONE}
            ),
            "state": _GONE,
        },
    ),
    max_size=3,
    unique_by=lambda one: one["address"],
)
_WISH = st.fixed_dictionaries(
    {},
    optional={
        "mode": st.sampled_from(["nat", "isolated"]),
        "domain": st.sampled_from(["a.example.com", "b.example.com"]),
        "bridge": st.sampled_from(["br-a", "br-b"]),
        "addresses": _ADDRESSES,
        "autostart": st.booleans(),
        "remove_unmanaged": st.lists(st.sampled_from(["addresses", "hosts"]), unique=True),
        "state": st.sampled_from(["present", "active", "active", "inactive", "absent"]),
    },
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_WISH, min_size=1, max_size=4))
def test_any_wishes_one_after_the_other_converge(wishes: list[dict[str, Any]]) -> None:
    """Each run leaves nothing to do for the next, or is refused and names its option."""
    made, refusals = node(), []
    for options in wishes:
        try:
            run(made, **options)
        except VmrtError as error:
            refusals.append(error)
            continue
        thing = made.networks.get("net-a")
        assert (thing is None) == (options.get("state") == "absent")
    assert all(error.option for error in refusals), refusals
