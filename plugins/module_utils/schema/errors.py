# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The error that every layer raises for what a user can understand and mend."""

from __future__ import annotations

from typing import Any


class VmrtError(Exception):
    """What failed, the option it came from, and what to do about it.

    ``message`` is a sentence without its full stop, ``option`` a dotted path such as
    ``disks[data].size``, ``hint`` says what to do.
    """

    def __init__(self, message: str, *, option: str | None = None, hint: str | None = None):
        super().__init__(message)
        self.message = message
        self.option = option
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.option}: {self.message}" if self.option else self.message
        text = text if text.endswith((".", "?", "!")) else text + "."
        return f"{text} {self.hint}" if self.hint else text

    def as_dict(self) -> dict[str, Any]:
        """The parts, for a module's result."""
        return {"message": self.message, "option": self.option, "hint": self.hint}


class Complaints(VmrtError):
    """Several errors of one wish, told all at once."""

    def __init__(self, errors: list[VmrtError]):
        super().__init__("; ".join(error.message for error in errors))
        self.errors = tuple(errors)
        self.option = ", ".join(dict.fromkeys(error.option for error in errors if error.option))

    def __str__(self) -> str:
        return " ".join(str(error) for error in self.errors)


def raise_all(errors: list[VmrtError]) -> None:
    """Raise what was found: nothing, the one error, or all of them as one."""
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise Complaints(errors)


class NotFound(VmrtError):
    """A thing that was asked for by name and is not there."""


class Refused(VmrtError):
    """A guest's agent answered, and did not do what it was asked for."""


class Undone(VmrtError):
    """A step failed, and took back what those before it had done."""


class LostRace(VmrtError):
    """Somebody else changed the thing between plan and apply."""
