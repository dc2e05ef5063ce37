# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real machines that are copied while they are off, paused and running: the disks are compared byte
by byte, and the source goes on with its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.integration.patterns import contents, same, write
from tests.integration.play import Task, check, picture, play, refused, shell, task, verbs

IMAGES = "/var/lib/libvirt/images"
BASE = "it-clone-base.qcow2"
SMALL = "/mnt/it-clone"
NAME = "it-clone"
# The machine has nothing to boot, so only this test writes to its disks.
VM: dict[str, Any] = {
    "name": NAME,
    "memory": "64MiB",
    "force": True,
    "stop_timeout": 1,
    "disks": [
        {"name": "root", "size": "64MiB", "image": BASE},
        {"name": "data", "size": "16MiB", "format": "raw"},
    ],
    "nics": [{"name": "lan", "network": "it-clone"}],
}


def clone(name: str, make: Any = task, /, **options: Any) -> Task:
    return make("vm_clone", **{"name": f"{NAME}-{name}", "source": NAME, **options})


def in_state(state: str) -> Task:
    return task("vm", **VM, state=state)


def files(vm: str = NAME) -> Task:
    return shell(f"virsh domstate {vm}; virsh domblklist {vm}; ls -A {IMAGES} | grep part; true")


def identity(vm: str) -> Task:
    return shell(f"virsh domuuid {vm}; virsh domiflist {vm} --inactive | awk '$2 {{print $5}}'")


def backing(disk: str) -> Task:
    return shell(f"qemu-img info -U {IMAGES}/{NAME}-{disk} | grep 'backing file:'; true")


def test_copies_of_a_running_paused_and_stopped_machine(lab: Any, tmp_path: Path) -> None:
    part = f".{NAME}-up-root.qcow2.part"
    seen = play(
        lab,
        tmp_path,
        pool=task("pool", name="default", state="active"),
        network=task("network", name="it-clone", state="active", mode="isolated"),
        base=task("disk", name=BASE, size="64MiB"),
        filled=shell(f"qemu-io -f qcow2 -c 'write -P 99 32M 8M' {IMAGES}/{BASE}"),
        made=in_state("running"),
        write_1=write(NAME, 1),
        held_1=contents(NAME),
        files_1=files(),
        before=picture(),
        foretold=clone("run", check, cloud_init={"hostname": "run"}, start=True),
        between=picture(),
        left=shell(f"echo left >{IMAGES}/.{NAME}-run-root.qcow2.part"),
        run=clone("run", cloud_init={"hostname": "run"}, start=True),
        run_again=clone("run", cloud_init={"hostname": "run"}, start=True),
        files_run=files(),
        copy_state=shell(f"virsh domstate {NAME}-run; virsh domblklist {NAME}-run"),
        run_declared=task(
            "vm", name=f"{NAME}-run", state="running", cloud_init={"hostname": "run"}
        ),
        # What a run that was killed leaves: a job that nobody waits for.
        left_up=shell(
            f"cd {IMAGES}; qemu-img create -q -f qcow2 -b {IMAGES}/{BASE} -F qcow2 {part} && "
            f"virsh blockcopy {NAME} vda {IMAGES}/{part} --format qcow2 --shallow --reuse-external "
            "--transient-job"
        ),
        up=clone("up", linked=True),
        of_up=contents(f"{NAME}-up"),
        up_on=backing("up-root.qcow2"),
        files_up=files(),
        up_end=task("vm", name=f"{NAME}-up", state="absent", delete_disks="owned"),
        write_2=write(NAME, 2),
        paused=in_state("paused"),
        held_2=contents(NAME),
        still=clone("still", linked=True),
        of_still=contents(f"{NAME}-still"),
        still_end=task("vm", name=f"{NAME}-still", state="absent", delete_disks="owned"),
        pause=clone("pause"),
        still_paused=files(),
        resumed=in_state("running"),
        write_3=write(NAME, 3),
        off=in_state("stopped"),
        held_3=contents(NAME),
        link_foretold=clone("link", check, linked=True),
        link=clone("link", linked=True),
        full=clone("off"),
        still_off=files(),
        on=in_state("running"),
        write_4=write(NAME, 4),
        copy_on=task("vm", name=f"{NAME}-link", state="running"),
        write_5=write(f"{NAME}-link", 5),
        copy_off=task("vm", name=f"{NAME}-link", state="stopped", force=True, stop_timeout=1),
        **{f"of_{name}": contents(f"{NAME}-{name}") for name in ("run", "pause", "link", "off")},
        of_source=contents(NAME),
        link_on=backing("link-root.qcow2"),
        full_on=backing("off-root.qcow2"),
        me=identity(NAME),
        **{f"id_{name}": identity(f"{NAME}-{name}") for name in ("run", "pause", "link", "off")},
        taken=clone("off", source=f"{NAME}-run"),
        nowhere=clone("x", source="it-no-such-vm"),
        image=task("disk", name=BASE, state="absent"),
        gone=task("vm", name=f"{NAME}-off", state="absent", delete_disks="owned"),
        left_over=shell(f"ls -A {IMAGES} | grep {NAME}-off; virsh domstate {NAME}"),
    )
    assert seen["before"]["stdout"] == seen["between"]["stdout"]
    assert seen["foretold"]["actions"] == seen["run"]["actions"]
    assert seen["foretold"]["diff"] == seen["run"]["diff"]
    steps = ["copy_disks", "write_volume", "define_with_volumes", "start"]
    assert verbs(seen["run"]) == steps
    assert verbs(seen["run_again"]) == []
    assert verbs(seen["run_declared"]) == []
    assert seen["files_run"]["stdout"] == seen["files_1"]["stdout"]
    assert seen["copy_state"]["stdout"].startswith("running")
    assert f"{NAME}-run-seed.iso" in seen["copy_state"]["stdout"]
    assert seen["run"]["vm_clone"]["phase"] == "Running"
    assert [one["volume"] for one in seen["run"]["vm_clone"]["disks"]] == [
        f"default/{NAME}-run-root.qcow2",
        f"default/{NAME}-run-data.img",
    ]
    assert seen["left_up"]["rc"] == 0, seen["left_up"]
    assert verbs(seen["up"]) == verbs(seen["still"]) == ["copy_disks", "define_with_volumes"]
    same(seen["held_1"], seen["of_up"])
    same(seen["held_2"], seen["of_still"])
    assert f"{IMAGES}/{BASE}" in seen["up_on"]["stdout"]
    assert seen["files_up"]["stdout"] == seen["files_1"]["stdout"]
    assert verbs(seen["pause"]) == ["copy_disks", "define_with_volumes"]
    assert seen["still_paused"]["stdout"].startswith("paused")
    assert seen["link_foretold"]["actions"] == seen["link"]["actions"]
    assert seen["still_off"]["stdout"].startswith("shut off")
    # What was written to the source later is not in the copies, and what was written to a linked
    # copy is in nothing else.
    same(seen["held_1"], seen["of_run"])
    same(seen["held_2"], seen["of_pause"])
    same(seen["held_3"], seen["of_off"])
    disks = ("held_1", "held_2", "held_3", "of_link", "of_source")
    assert len({seen[one]["stdout"] for one in disks}) == len(disks)
    assert f"{IMAGES}/{BASE}" in seen["link_on"]["stdout"]
    assert seen["full_on"]["stdout"] == ""
    names = ("me", *(f"id_{name}" for name in ("run", "pause", "link", "off")))
    words = [word for one in names for word in seen[one]["stdout"].split() if len(word) > 16]
    assert len(words) == len({*words}) == 10, words
    assert "was not made of" in refused(seen["taken"], "name")
    assert "there is no vm" in refused(seen["nowhere"], "source")
    assert seen["image"]["failed"], "copies rest on it"
    assert verbs(seen["gone"])[0] == "undefine"
    assert seen["left_over"]["stdout"].split() == ["running"]


def test_a_copy_that_fails(lab: Any, tmp_path: Path) -> None:
    def shooting(name: str) -> Task:
        # The file is there before QEMU writes to it.
        file = f"{IMAGES}/.{NAME}-{name}-root.qcow2.part"
        seen = f"for i in $(seq 20000); do [ -e {file} ] && break; sleep 0.001; done"
        kill = f"{seen}; kill -9 $(cat /run/libvirt/qemu/{NAME}.pid)"
        return shell(f"nohup sh -c '{kill}' >/dev/null 2>&1 &")

    less_room = shell(f"head -c 46M /dev/zero >{SMALL}/other")
    stale = shell(f"rm {SMALL}/other; virsh pool-refresh it-clone-small")
    seen = play(
        lab,
        tmp_path,
        room=shell(f"mkdir -p {SMALL} && mount -t tmpfs -o mode=711,size=48m tmpfs {SMALL}"),
        pool=task("pool", name="it-clone-small", target=SMALL, state="active"),
        up=in_state("running"),
        filled=write(NAME, 7, "8M"),
        held=contents(NAME),
        files=files(),
        # libvirt does not know of it.
        less_room=less_room,
        full=clone("full", pool="it-clone-small"),
        unknown=stale,
        full_again=less_room,
        full_linked=clone("full", pool="it-clone-small", linked=True),
        known=shell("virsh pool-refresh it-clone-small"),
        foreseen=clone("full", pool="it-clone-small"),
        no_trace=shell(f"ls -A {SMALL}; virsh list --all --name | grep {NAME}-full"),
        files_full=files(),
        off=in_state("stopped"),
        stale=stale,
        less_again=less_room,
        full_off=clone("full", pool="it-clone-small"),
        no_trace_off=shell(f"ls -A {SMALL}"),
        more_room=stale,
        again=clone("full", pool="it-clone-small"),
        of_full=contents(f"{NAME}-full"),
        on=in_state("running"),
        shooting=shooting("shot"),
        shot=clone("shot"),
        no_shot=shell(f"ls -A {IMAGES} | grep {NAME}-shot; virsh list --all --name | grep shot"),
        up_again=in_state("running"),
        shot_again=clone("shot"),
        of_shot=contents(f"{NAME}-shot"),
        shooting_linked=shooting("shot-2"),
        shot_linked=clone("shot-2", linked=True),
        up_third=in_state("running"),
        shot_linked_again=clone("shot-2", linked=True),
        of_shot_linked=contents(f"{NAME}-shot-2"),
        end=files(),
        cleared=shell(
            f"virsh undefine {NAME}-full; virsh pool-destroy it-clone-small; umount {SMALL}"
        ),
    )
    for one in ("full", "full_linked", "full_off"):
        assert seen[one]["failed"]
        assert not seen[one]["changed"]
        assert "No disk was made" in seen[one]["msg"]
        assert "Traceback" not in str(seen[one])
    for one in ("full", "full_linked"):
        assert "goes on with its own" in refused(seen[one], "pool")
    assert "left, and the disks take" in refused(seen["foreseen"], "pool")
    assert seen["no_trace"]["stdout"].split() == ["other"]
    assert seen["no_trace_off"]["stdout"].split() == ["other"]
    assert seen["files"]["stdout"] == seen["files_full"]["stdout"] == seen["end"]["stdout"]
    same(seen["held"], seen["of_full"])
    for one in ("shot", "shot_linked"):
        assert "is off with its own, as they were" in seen[one]["msg"]
        assert not seen[one]["changed"]
    assert seen["no_shot"]["stdout"] == ""
    assert verbs(seen["shot_again"]) == ["copy_disks", "define_with_volumes"]
    same(seen["held"], seen["of_shot"])
    assert verbs(seen["shot_linked_again"]) == ["copy_disks", "define_with_volumes"]
    same(seen["held"], seen["of_shot_linked"])


def two(name: str) -> Task:
    return clone(f"two-{name}", cloud_init={"hostname": name})


def at_once(lab: Any, into: Path, name: str) -> list[dict[str, Any]]:
    """What two plays say that make a vm of a name, and one of their own, at the same time."""

    def copies(side: str) -> dict[str, Any]:
        folder = into / side
        folder.mkdir(parents=True)
        return play(lab, folder, **{one: two(one) for one in (name, side)})

    with ThreadPoolExecutor() as pool:
        return list(pool.map(copies, (f"{name}left", f"{name}right")))


def test_two_plays_that_copy_one_machine_at_the_same_time(lab: Any, tmp_path: Path) -> None:
    begin = play(
        lab,
        tmp_path,
        pool=task("pool", name="default", state="active"),
        network=task("network", name="it-clone", state="active", mode="isolated"),
        base=task("disk", name=BASE, size="64MiB"),
        up=in_state("running"),
        filled=write(NAME, 7, "8M"),
        held=contents(NAME),
    )
    results = at_once(lab, tmp_path / "up", "up")
    play(lab, tmp_path, off=in_state("stopped"))
    results += at_once(lab, tmp_path / "off", "off")
    for one in (one for side in results for one in side.values() if one.get("failed")):
        assert not one["changed"]
        assert any(word in one["msg"] for word in ("omebody else", "another run")), one["msg"]
    names = sorted({name for side in results for name in side})
    made = [name for side in results for name in side if not side[name].get("failed")]
    assert {"up", "off", "offleft", "offright"} <= {*made}
    vms = [f"{NAME}-two-{name}" for name in names]
    end = play(
        lab,
        tmp_path,
        **{name: two(name) for name in names},
        held=shell("\n".join(contents(vm).options["cmd"] for vm in (NAME, *vms))),
        files=shell(f"ls -A {IMAGES} | grep {NAME}-two | grep -v seed"),
        gone=shell(
            f"for vm in {' '.join(vms)}; do "
            "virsh undefine $vm --remove-all-storage >/dev/null || exit; done; "
            f"ls -A {IMAGES} | grep {NAME}-two; true"
        ),
    )
    for name in names:
        # What two began is one vm, and what ended well is left as it is.
        assert (verbs(end[name]) == []) == (name in made)
    assert end["held"]["stdout"].split() == begin["held"]["stdout"].split() * (1 + len(names))
    assert len(end["files"]["stdout"].split()) == 2 * len(names)
    assert (end["gone"]["rc"], end["gone"]["stdout"]) == (0, "")
