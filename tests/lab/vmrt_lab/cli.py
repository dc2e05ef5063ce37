# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command `lab`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from typing import Any

from . import images, rootfs
from .lab import Lab, known_ids
from .packages import install_missing
from .shell import LabError


def main() -> int:
    """Run the command line; return the exit status."""
    arguments = _parser().parse_args()
    os.umask(0o022)
    # So that a terminated `up` cleans up after itself just as an interrupted one does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        if os.geteuid() != 0:
            raise LabError("the lab makes namespaces and mounts: run it as root")
        status: int = arguments.command(arguments)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lab", description="Real nodes and guests, thrown away.")
    identified = argparse.ArgumentParser(add_help=False)
    identified.add_argument(
        "--id",
        default=os.environ.get("VMRT_LAB_ID") or "default",
        help="which lab, several can exist side by side (VMRT_LAB_ID, or %(default)s)",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Any, text: str, *, lab: bool = True) -> argparse.ArgumentParser:
        parents = [identified] if lab else []
        added = commands.add_parser(name, help=text, description=text, parents=parents)
        added.set_defaults(command=command)
        return added

    up = add("up", _up, "bring nodes up and wait until they answer")
    up.add_argument("--nodes", type=_positive, default=1, metavar="N", help="how many nodes")
    up.add_argument("--bare", action="store_true", help="nodes without libvirt and QEMU")
    add("down", _down, "remove the lab without trace, also after a crash")
    add("status", _status, "what labs and nodes there are, and whether they answer")
    add("inventory", _inventory, "print the inventory of the nodes as YAML")
    ssh = add("ssh", _ssh, "log into a node, or run a command there")
    ssh.add_argument("node", help="for example node1")
    ssh.add_argument("words", nargs=argparse.REMAINDER, metavar="COMMAND...")
    run = add("run", _run, "run a command where nodes and guests can be reached")
    run.add_argument("words", nargs=argparse.REMAINDER, metavar="[--] COMMAND...")
    image = add("image", _image, "print the path of a guest image, built if needed", lab=False)
    image.add_argument("name", choices=sorted(images.BUILDERS))
    add("prepare", _prepare, "install what the lab needs and build all images", lab=False)
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 100:
        raise ValueError
    return number


def _up(arguments: argparse.Namespace) -> int:
    install_missing()
    lab = Lab(arguments.id)
    started = time.monotonic()
    fresh = lab.up(arguments.nodes, arguments.bare)
    names = " ".join(node.name for node in lab.nodes())
    how = f"up in {time.monotonic() - started:.1f} s" if fresh else "was up already"
    print(f"lab {lab.id}: {names} {how}")
    return 0


def _down(arguments: argparse.Namespace) -> int:
    removed = Lab(arguments.id).down()
    print(f"lab {arguments.id}: {'removed' if removed else 'there was nothing'}")
    return 0


def _status(arguments: argparse.Namespace) -> int:
    rows = [("LAB", "NODE", "ADDRESS", "STATE")]
    for lab in map(Lab, known_ids()):
        for node in lab.nodes():
            state = "stopped"
            if node.running():
                state = "running" if lab.answers(node) else "not answering"
            rows.append((lab.id, node.name, node.address, state))
        if not lab.nodes():
            rows.append((lab.id, "-", "-", "left over: run `lab down`"))
    for row in rows:
        print("{:<16}{:<8}{:<16}{}".format(*row))
    return 0


def _inventory(arguments: argparse.Namespace) -> int:
    print(_existing(arguments).inventory.read_text(encoding="utf-8"), end="")
    return 0


def _ssh(arguments: argparse.Namespace) -> int:
    lab = _existing(arguments)
    nodes = {node.name: node for node in lab.nodes()}
    if arguments.node not in nodes:
        raise LabError(f"no node {arguments.node!r}; lab {lab.id} has: {', '.join(nodes)}")
    command = lab.ssh(nodes[arguments.node], *arguments.words)
    os.execvp(command[0], command)


def _run(arguments: argparse.Namespace) -> int:
    lab = _existing(arguments)
    words = arguments.words[1:] if arguments.words[:1] == ["--"] else arguments.words
    if not words:
        raise LabError("run: name a command, for example: lab run -- ansible all -m ping")
    command = lab.inside(*words)
    os.execvpe(command[0], command, lab.environment())


def _image(arguments: argparse.Namespace) -> int:
    install_missing()
    print(images.BUILDERS[arguments.name]())
    return 0


def _prepare(arguments: argparse.Namespace) -> int:
    install_missing()
    for build in (rootfs.node, rootfs.bare, *images.BUILDERS.values()):
        print(build())
    return 0


def _existing(arguments: argparse.Namespace) -> Lab:
    lab = Lab(arguments.id)
    if not lab.inventory.exists():
        raise LabError(f"the lab {lab.id} is not up; run: lab up --id {lab.id}")
    return lab
