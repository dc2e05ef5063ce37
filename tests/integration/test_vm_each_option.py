# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each option of a vm by itself on real libvirt: made, changed, and read back.

What libvirt keeps in another form, or forgets, would be changed again in each run. The plans are
carried out in this process: a play for each of some hundred options would take an hour.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_host import LibvirtHost
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.apply import apply
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import make_plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.resource import VM_RESOURCE
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import declaration
from tests.integration.elsewhere import ELSEWHERE
from tests.unit.support.each_option import OPTIONS, wishes
from tests.unit.support.play import wish as normalised
from tests.unit.support.refusals import refusals

NAME = "it-option"
_WHOLE = {"name": NAME, "hypervisor": "qemu", "state": "present"}
_PREPARE = """
virsh net-start default
virsh pool-define-as default dir --target /var/lib/libvirt/images && virsh pool-start default
virsh vol-create-as default base.qcow2 1M --format qcow2
"""


@pytest.fixture(scope="module")
def host(make_lab: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LibvirtHost]:
    node = make_lab().nodes[0]
    node.ssh(_PREPARE)
    folder = tmp_path_factory.mktemp("libvirt")
    with node.libvirt(folder) as uri, closing(LibvirtHost(uri, open_url=None)) as host:
        yield host


def test_each_option_is_kept(host: LibvirtHost):
    """Whatever libvirt takes is there in the next run, and in what is read back; each option is
    taken, but for those that this machine can have no use for."""
    complaints: list[str] = []
    refused: dict[str, str] = {}
    for path in OPTIONS:
        option = ".".join(path)
        outcomes = _try(host, path)
        complaints += [f"{option}: {one}" for one in outcomes if isinstance(one, str) and one]
        if all(isinstance(one, VmrtError) for one in outcomes):
            refused[option] = str(outcomes[-1])
    assert complaints == [], "\n".join(["libvirt did not keep:", *complaints])
    news = [f"{option}: {why}" for option, why in refused.items() if option not in ELSEWHERE]
    assert news == [], "\n".join(["no value of these was taken:", *news])
    assert refused.keys() == set(ELSEWHERE), "each option in ELSEWHERE is one that is refused"


def _try(host: LibvirtHost, path: tuple[str, ...]) -> list[str | VmrtError]:
    """What became of a few wishes for a vm with one option, the later ones changes of the first: an
    error where it is refused, a complaint, or an empty text."""
    outcomes: list[str | VmrtError] = []

    @given(wishes(path))
    @settings(
        max_examples=2,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def examples(wish: dict[str, Any]) -> None:
        try:
            outcomes.append(_converge(host, wish))
        except VmrtError as error:
            outcomes.append(error)

    try:
        examples()
    finally:
        _remove(host)
    return outcomes


def _converge(host: LibvirtHost, wish: Mapping[str, Any]) -> str:
    """Make the vm, or change it, and tell what is not as it was said. Raises VmrtError where the
    wish is refused."""
    given = {**_WHOLE, **wish}
    unfit = refusals(VM_RESOURCE.schema, given)
    if unfit:
        raise VmrtError(unfit[0])
    values = normalised(VM_RESOURCE, **given)
    apply(make_plan(VM_RESOURCE, values, host), host)
    again = make_plan(VM_RESOURCE, values, host)
    if again.actions or again.changes:
        return f"the second run wants {[change.as_dict() for change in again.changes]}"
    told = declaration(VM_RESOURCE.schema, VM_RESOURCE.report(host, values))
    fed = make_plan(VM_RESOURCE, normalised(VM_RESOURCE, **told), host)
    if fed.actions or fed.changes:
        return f"what is read back wants {[change.as_dict() for change in fed.changes]}"
    return ""


def _remove(host: LibvirtHost) -> None:
    gone = normalised(VM_RESOURCE, name=NAME, state="absent", protect=False, delete_disks="owned")
    apply(make_plan(VM_RESOURCE, gone, host), host)
