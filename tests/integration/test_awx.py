# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sample project as AWX uses it: an update of the project, of its inventory sources, and jobs.

There is no AWX: its command lines and its environment are given to the tools that it uses itself.
The tests build on each other in their order.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import Environment

ROOT = Path(__file__).parents[2]
IMAGE = """\
        url: https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-generic-amd64.qcow2
        checksum: https://cloud.debian.org/images/cloud/bookworm/latest/SHA512SUMS
"""
# What AWX sets for each update of an inventory source.
UPDATE = {
    "ANSIBLE_INVENTORY_UNPARSED_FAILED": "True",
    "ANSIBLE_INVENTORY_EXPORT": "True",
    "ANSIBLE_VERBOSE_TO_STDERR": "True",
    "ANSIBLE_HOST_PATTERN_MISMATCH": "error",
}
PASSWORD = "hunter2secret"
SURVEY = {
    "vm_name": "awx-asked",
    "vm_state": "present",
    "vm_vcpus": "2",
    "vm_memory": "1GiB",
    "vm_disk": "1GiB",
    "vm_autostart": "true",
    "vm_password": PASSWORD,
}


@dataclass(frozen=True)
class Awx:
    """A project as AWX keeps it, and the credential of its custom type."""

    lab: Any
    folder: Path
    credential: Mapping[str, str]

    @property
    def project(self) -> Path:
        return self.folder / "project"

    def run(self, *command: str, check: bool = True, **env: str) -> Any:
        """Where nothing is found of the checkout, or of the user who runs this."""
        own = {
            "ANSIBLE_CONFIG": str(self.project / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(self.folder / "requirements_collections"),
            "ANSIBLE_HOME": str(self.folder / "home"),
        }
        env = {**own, **self.credential, **env}
        return self.lab.run(list(command), check=check, env=env, cwd=self.project)

    def update(self, source: str, **options: Any) -> tuple[Any, str]:
        """What AWX reads of an inventory source, and what is said of it."""
        output = self.folder / "output.json"
        output.unlink(missing_ok=True)
        done = self.run(
            *("ansible-inventory", "--list", "--export", "-i", str(self.project / source)),
            *("--output", str(output), "--playbook-dir", str(self.project)),
            **{**UPDATE, **options},
        )
        return json.loads(output.read_text()), done.stderr

    def job(self, number: str, playbook: str, inventory: Any, **variables: str) -> list[Any]:
        """The events of a job that has to succeed."""
        data = self.folder / f"job{number}"
        shutil.copytree(self.project, data / "project")
        (data / "inventory").mkdir()
        hosts = data / "inventory/hosts"
        hosts.write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps(inventory)}\nEND\n")
        hosts.chmod(0o700)
        (data / "env").mkdir()
        (data / "env/extravars").write_text(json.dumps(variables))
        (data / "env/ssh_key").write_text(self.lab.definition.key.read_text())
        (data / "env/envvars").write_text(json.dumps(dict(self.credential)))
        runner = (sys.executable, "-m", "ansible_runner", "run")
        done = self.run(*runner, str(data), "-p", playbook, "--ident", number, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        events = (data / "artifacts" / number / "job_events").glob("*.json")
        told = [json.loads(event.read_text()) for event in events]
        return sorted(told, key=lambda event: event["counter"])


def results(events: list[Any], task: str) -> dict[str, Any]:
    """What a task returned on each host."""
    return {
        event["event_data"]["host"]: event["event_data"]["res"]
        for event in events
        if event["event"] == "runner_on_ok" and event["event_data"]["task"] == task
    }


def stats(events: list[Any], word: str) -> Any:
    (last,) = (event for event in events if event["event"] == "playbook_on_stats")
    return last["event_data"][word]


@pytest.fixture(scope="module")
def awx(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Awx]:
    """The sample, with the addresses of the lab, and the credential as its injectors make it."""
    folder = tmp_path_factory.mktemp("awx")
    project = folder / "project"
    shutil.copytree(ROOT / "examples/awx", project)
    (node,) = lab.nodes
    for name in ("fleet.yml", "found.vmrt.yml", "credential_type/injectors.yml"):
        text = (project / name).read_text().replace("/runner/project", str(project))
        text = text.replace("node1.example.com", node.address)
        (project / name).write_text(text.replace(IMAGE, "        path: /srv/awx-image.qcow2\n"))
    shutil.copy(lab.definition.folder / "known_hosts", project)
    inputs = {
        "host": node.address,
        "user": "root",
        "ssh_key": lab.definition.key.read_text().strip(),
    }
    yield Awx(lab, folder, injected(project / "credential_type", folder / "credential", inputs))
    # Others look at the node after this.
    made = {"web1", "web2", SURVEY["vm_name"]}
    for name in made & {*node.virsh("list", "--all", "--name").stdout.split()}:
        node.virsh("undefine", name, "--remove-all-storage")


def injected(kind: Path, folder: Path, inputs: Mapping[str, str]) -> dict[str, str]:
    """The environment that a credential of the sample's type gives to a job."""
    about = yaml.safe_load((kind / "inputs.yml").read_text())
    assert set(inputs) == {field["id"] for field in about["fields"]}
    injectors = yaml.safe_load((kind / "injectors.yml").read_text())
    folder.mkdir()
    key = folder / "key"
    known = {**inputs, "tower": {"filename": str(key)}}
    key.write_text(rendered(injectors["file"]["template"], known))
    key.chmod(0o600)
    return {name: rendered(template, known) for name, template in injectors["env"].items()}


def rendered(template: str, known: Mapping[str, Any]) -> str:
    return Environment().from_string(template).render(known)


@pytest.fixture(scope="module")
def updated(awx: Awx) -> Awx:
    """The project after an update: the collection is the archive that it names."""
    stage = awx.run(str(ROOT / "tools/stage"), str(awx.folder / "stage")).stdout.strip()
    awx.run("ansible-galaxy", "collection", "build", "--output-path", str(awx.project), stage)
    (archive,) = awx.project.glob("vmrt-libvirt-*.tar.gz")
    wanted = {"collections": [{"name": str(archive), "type": "file"}]}
    requirements = awx.project / "collections/requirements.yml"
    requirements.write_text(yaml.safe_dump(wanted))
    collections = str(awx.folder / "requirements_collections")
    awx.run(
        *("ansible-galaxy", "collection", "install", "-r", str(requirements)),
        *("--collections-path", collections),
    )
    return awx


@pytest.fixture(scope="module")
def declared(updated: Awx) -> Any:
    return updated.update("fleet.yml")[0]


def test_an_inventory_source_is_exported_with_its_templates(declared: Any) -> None:
    assert declared["vmrt_vms"]["hosts"] == ["web1", "web2"]
    assert declared["vmrt_vms"]["vars"]["ansible_ssh_common_args"].startswith("{{ hostvars")


def test_a_job_brings_up_the_fleet(
    updated: Awx, declared: Any, node: Any, tiny_image: Path
) -> None:
    node.copy_to(tiny_image, "/srv/awx-image.qcow2")
    wish = {"vmrt_state": "present", "vmrt_memory": "64MiB", "vmrt_vcpus": "2"}
    wish |= {"vmrt_autostart": "true", "vmrt_hypervisor": "qemu"}
    events = updated.job("1", "site.yml", declared, **wish)
    made = results(events, "Converge the vm")
    assert {name: one["changed"] for name, one in made.items()} == {"web1": True, "web2": True}
    assert stats(events, "changed").keys() == {"node1", "web1", "web2"}
    assert not stats(events, "failures")
    info = node.virsh("dominfo", "web1").stdout
    assert "65536 KiB" in info
    assert info.split().count("enable") == 1
    again = updated.job("2", "site.yml", declared, **wish)
    assert not stats(again, "changed")


def test_a_job_makes_what_a_survey_describes(updated: Awx, declared: Any, node: Any) -> None:
    events = updated.job("3", "vm.yml", declared, **SURVEY)
    (made,) = results(events, "Make the vm").values()
    assert made["changed"]
    assert PASSWORD not in json.dumps(events)
    info = node.virsh("dominfo", "awx-asked").stdout
    assert "1048576 KiB" in info
    assert info.split().count("enable") == 1
    assert not stats(updated.job("4", "vm.yml", declared, **SURVEY), "changed")


def test_what_nodes_have_is_an_inventory_source(updated: Awx) -> None:
    told, messages = updated.update("found.vmrt.yml")
    assert {"web1", "web2", "awx-asked"} <= set(told["vmrt_undeclared"]["hosts"])
    assert told["_meta"]["hostvars"]["awx-asked"]["vmrt_memory"] == "1GiB"
    assert PASSWORD not in json.dumps(told) + messages


def test_a_source_that_can_not_be_read_is_an_error(updated: Awx) -> None:
    """AWX keeps the hosts that it has when an update fails."""
    broken = updated.project / "away.vmrt.yml"
    text = (updated.project / "found.vmrt.yml").read_text()
    broken.write_text(text.replace("root@", "nobody@"))
    done = updated.run("ansible-inventory", "--list", "-i", str(broken), check=False, **UPDATE)
    assert done.returncode != 0
    assert "Not all nodes can be read: node1: " in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_an_execution_environment_can_be_made_for_it(updated: Awx) -> None:
    """What is read of the collection to build one."""
    collections = str(updated.folder / "requirements_collections")
    done = updated.run(sys.executable, "-m", "ansible_builder", "introspect", collections)
    needed = yaml.safe_load(done.stdout)
    named = {word.partition(">")[0] for word in needed["python"]}
    assert named == {"libvirt-python", "lxml", "pycdlib"}
    assert any(word.startswith("libvirt-libs [platform:rpm]") for word in needed["system"])
