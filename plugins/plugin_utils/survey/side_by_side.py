# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asking many at the same time, each within a time of its own.

A call of libvirt can block for ever and can not be broken off, so each one is asked by a process,
which can. None of libvirt is left in the process that forks Ansible's workers later.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_FORK: Any = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Answer:
    """What came of one question: a value, or why there is none."""

    value: Any = None
    trouble: str = ""


@dataclass(frozen=True)
class _Asked:
    process: Any
    pipe: Any
    end: float


def ask_each(
    ask: Callable[[Any], Any], questions: Mapping[str, Any], seconds: float, at_once: int
) -> dict[str, Answer]:
    """The answers, in the order of the questions. No more than ``at_once`` are asked at a time."""
    waiting = list(questions)
    asked: dict[str, _Asked] = {}
    answers: dict[str, Answer] = {}
    try:
        while waiting or asked:
            while waiting and len(asked) < at_once:
                name = waiting.pop(0)
                asked[name] = _ask(ask, questions[name], seconds)
            least = min(one.end for one in asked.values())
            wait([one.pipe for one in asked.values()], max(0.0, least - time.monotonic()))
            for name, one in list(asked.items()):
                answer = _answer(one, seconds)
                if answer:
                    answers[name] = answer
                    _end(asked.pop(name))
    finally:
        for one in asked.values():
            _end(one)
    return {name: answers[name] for name in questions}


def _ask(ask: Callable[[Any], Any], question: Any, seconds: float) -> _Asked:
    ours, theirs = _FORK.Pipe(duplex=False)
    process = _FORK.Process(target=_work, args=(ask, question, theirs), daemon=True)
    process.start()
    theirs.close()
    return _Asked(process, ours, time.monotonic() + seconds)


def _work(ask: Callable[[Any], Any], question: Any, pipe: Any) -> None:
    # Without a terminal SSH asks nobody for a password, and all of it can be ended at once.
    os.setsid()
    try:
        answer = Answer(ask(question))
    except VmrtError as error:
        answer = Answer(trouble=str(error))
    except Exception as error:
        answer = Answer(trouble=f"{type(error).__name__}: {error}")
    pipe.send(answer)
    # Threads that still wait for something are not waited for.
    os._exit(0)


def _answer(one: _Asked, seconds: float) -> Answer | None:
    if one.pipe.poll():
        try:
            answer: Answer = one.pipe.recv()
        except EOFError:
            return Answer(trouble="reading it ended without an answer")
        return answer
    late = time.monotonic() >= one.end
    return Answer(trouble=f"it did not answer within {seconds:g} s") if late else None


def _end(one: _Asked) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(one.process.pid, signal.SIGKILL)
    one.process.kill()
    one.process.join()
    one.pipe.close()
