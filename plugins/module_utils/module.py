# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a resource as an Ansible module: the only place that knows of check mode."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from threading import Lock
from typing import Any, Callable, Protocol

from ansible_collections.vmrt.libvirt.plugins.module_utils.connection import (
    LIBRARIES,
    require_libraries,
    uri_of,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_host import LibvirtHost
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_observer import (
    LibvirtObserver,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_snapshot import (
    LibvirtSnapshot,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.apply import (
    StepFailed,
    WaitFailed,
    apply,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.deed import Deed
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import Foreseen, Observer
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.foreseen import foreseen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.kept import not_kept
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.progress import Progress
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import (
    Resource,
    make_plan,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.kept_code import NodeModule
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.seed_place import Files, put
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.common import COMMON, READING
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.argument_spec import (
    argument_spec,
    constraints,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Schema
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import (
    declaration,
    mask,
    normalise,
    secrets,
    show,
)

Query = Callable[[LibvirtObserver, Mapping[str, Any]], Mapping[str, Any]]
Secrets = Callable[[Mapping[str, Any]], set[str]]


def no_secrets(_params: Mapping[str, Any]) -> set[str]:
    """All secrets of most modules are known by their place."""
    return set()


# Ansible's opener keeps what it was told last for the whole process.
_OPENING = Lock()


def open_url(*arguments: Any, proxy: str | None = None, **options: Any) -> Any:
    """Ansible's own, which takes long to load: few runs fetch anything. It takes a ``proxy`` from
    the environment only."""
    from ansible.module_utils.urls import open_url as really_open

    with _OPENING, _environment(http_proxy=proxy, https_proxy=proxy):
        return really_open(*arguments, **options)


@contextmanager
def _environment(**values: str | None) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update({name: value for name, value in values.items() if value is not None})
    try:
        yield
    finally:
        for name in values:
            os.environ.pop(name, None)
            os.environ.update({name: before[name]} if name in before else {})


class Fleet(Protocol):
    """Many things as one wish: see engine.fleet, which only its own module carries."""

    def __init__(self, given: Mapping[str, Any]):
        """Normalised options."""

    def foresee(self, observer: Observer, earlier: Foreseen) -> None:
        """Plan all, after what earlier tasks are foreseen to make."""

    def converge(
        self,
        reader: Observer,
        look: Callable[[], Observer],
        connect: Callable[[Progress], LibvirtHost],
    ) -> None:
        """Make all as it should be, each thing whatever becomes of the others."""

    def names(self) -> dict[str, list[str]]:
        """The names of the things of each kind."""

    def trouble(self) -> str:
        """What went wrong, in short; "" where nothing did."""

    def result(self) -> dict[str, Any]:
        """What became of each thing."""


def run(resource: Resource) -> None:
    """Converge: look, plan, and, but in check mode, apply."""

    def work(module: NodeModule, given: Mapping[str, Any], common: Mapping[str, Any]) -> Any:
        if module.check_mode:
            with closing(LibvirtObserver(uri_of(module))) as observer:
                later = foreseen(common.get("foreseen") or {})
                plan = make_plan(resource, given, observer, later)
                _fail(plan)
                return _result(module, resource, plan, given, observer)
        progress = Progress(given.get("progress_file"), resource.what)
        with closing(LibvirtHost(uri_of(module), open_url, progress)) as host:
            plan = make_plan(resource, given, host)
            found = apply(plan, host)
            for warning in not_kept(resource, given, plan, host):
                module.warn(warning)
            _wait(resource, host, given, plan)
            _fail(plan)
            return _result(module, resource, plan, given, host, found)

    _run(resource.schema, COMMON, work)


def _wait(
    resource: Resource | Deed, host: LibvirtHost, given: Mapping[str, Any], plan: Plan
) -> None:
    try:
        resource.wait(host, given)
    except VmrtError as error:
        raise WaitFailed(error, plan) from error


def _fail(plan: Plan) -> None:
    """The error that a plan ends with, in check mode as in a real run."""
    if plan.fails:
        raise WaitFailed(plan.fails, plan) from plan.fails


def run_deed(deed: Deed) -> None:
    """Do what is told, but in check mode, and return what was found out."""

    def work(module: NodeModule, given: Mapping[str, Any], common: Mapping[str, Any]) -> Any:
        if module.check_mode:
            with closing(LibvirtObserver(uri_of(module))) as observer:
                plan = deed.plan(given, observer)
                _warn(module, plan)
                return _done(deed, plan, {**deed.report(observer, given), **plan.found})
        with closing(LibvirtHost(uri_of(module), open_url)) as host:
            plan = deed.plan(given, host)
            _warn(module, plan)
            found = {**plan.found, **_carry_out(plan, host)}
            _wait(deed, host, given, plan)
            result = _done(deed, plan, {**deed.report(host, given), **found})
        trouble = deed.verdict(found)
        if trouble:
            module.fail_json(msg=trouble, **result)
        return result

    _run(deed.schema, READING, work)


def _warn(module: NodeModule, plan: Plan) -> None:
    for warning in plan.warnings:
        module.warn(warning)


def _carry_out(plan: Plan, host: LibvirtHost) -> dict[str, Any]:
    try:
        return apply(plan, host)
    except StepFailed as failed:
        if failed.done:
            raise
        # There was one thing to do: its error says all.
        raise failed.error from failed


def _done(deed: Deed, plan: Plan, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "changed": plan.changed,
        "actions": [action.describe() for action in plan.actions],
        "diff": {"before": dict(plan.before), "after": dict(plan.after)},
        **show(deed.schema, values),
    }


def run_fleet(schema: Schema, fleet: type[Fleet], hidden: Secrets) -> None:
    """Converge many things of one node; what goes wrong with one does not hinder the others."""

    def work(module: NodeModule, given: Mapping[str, Any], common: Mapping[str, Any]) -> Any:
        wish, uri = fleet(given), uri_of(module)
        # Ansible returns the options, from which nobody learns anything that the playbook does
        # not say, and looks through a whole fleet for secrets.
        module.params = {**module.params, **wish.names()}
        with closing(LibvirtSnapshot(uri)) as snapshot:
            if module.check_mode:
                wish.foresee(snapshot, foreseen(common.get("foreseen") or {}))
            else:
                # What is waited for is not in a picture of the time before.
                with closing(LibvirtObserver(uri)) as reader:
                    wish.converge(
                        reader,
                        snapshot.anew,
                        lambda progress: LibvirtHost(uri, open_url, progress),
                    )
        trouble = wish.trouble()
        if trouble:
            module.fail_json(msg=trouble, **wish.result())
        return wish.result()

    _run(schema, COMMON, work, hidden)


def run_info(schema: Schema, query: Query) -> None:
    """Read only: ``query`` gets the normalised options and returns the result."""

    def work(module: NodeModule, given: Mapping[str, Any], common: Mapping[str, Any]) -> Any:
        # A list of everything pays where everything is asked for.
        reader = LibvirtObserver if given.get("name") else LibvirtSnapshot
        with closing(reader(uri_of(module))) as observer:
            return {"changed": False, **query(observer, given)}

    _run(schema, READING, work)


def run_files(schema: Schema, plan: Callable[[Mapping[str, Any]], Files]) -> None:
    """Converge files of the target, for which no libvirt is needed: ``plan`` says which differ."""
    module = NodeModule(argument_spec=argument_spec(schema), supports_check_mode=True)
    params = module.params
    _hide(module, schema)
    require_libraries(module, ("pycdlib",))
    try:
        files = plan(normalise(schema, params))
        if not module.check_mode:
            put(files)
    except VmrtError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=bool(files), files=sorted(files))


def _run(
    schema: Schema,
    common: Schema,
    work: Callable[..., dict[str, Any]],
    hidden: Secrets = no_secrets,
) -> None:
    spec = {**argument_spec(common), **argument_spec(schema)}
    module = NodeModule(argument_spec=spec, supports_check_mode=True, **constraints(schema))
    params = module.params
    _hide(module, schema)
    module.no_log_values |= hidden(params)
    seeds = params.get("cloud_init") or hidden is not no_secrets
    require_libraries(module, (*LIBRARIES, *(("pycdlib",) if seeds else ())))
    try:
        given = normalise(schema, _of(schema, params))
        module.exit_json(**work(module, given, normalise(common, _of(common, params))))
    except (StepFailed, WaitFailed) as error:
        module.fail_json(msg=str(error), **error.report())
    except VmrtError as error:
        module.fail_json(msg=str(error))


def _hide(module: NodeModule, schema: Schema) -> None:
    """Keep secrets out of the invocation that Ansible shows, by their place.

    Ansible itself would hide each word of a secret dictionary wherever it occurs, the name of the
    vm among them.
    """
    words = secrets(schema, module.params)
    module.params = {**module.params, **mask(schema, module.params)}
    module.no_log_values = words


def _of(schema: Schema, params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: params[name] for name in argument_spec(schema)}


def _result(
    module: NodeModule,
    resource: Resource,
    plan: Plan,
    given: Mapping[str, Any],
    observer: Observer,
    found: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    _warn(module, plan)
    result: dict[str, Any] = {
        "changed": plan.changed,
        "actions": [action.describe() for action in plan.actions],
        "changes": [change.as_dict() for change in plan.changes],
        "restart_required": list(plan.restart_required),
        "diff": {"before": dict(plan.before), "after": dict(plan.after)},
        resource.what: declaration(
            resource.schema, {**resource.report(observer, given), **(found or {})}
        ),
    }
    if plan.filled:
        result["filled"] = dict(plan.filled)
    return result
