"""A list of staff between being handed in and being kept."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from console.set_up import People, RowFault
from namewatch.draft import Draft
from namewatch.people import MOST_BYTES, TEMPLATE, look_at, with_leavers
from records.roster import Roster, StaffMember, read_roster

OFFERED, ORIGIN = "offered.csv", "offered"


@dataclass(frozen=True)
class OfferedPeople:
    """Looks at a list, and hands it on once it is confirmed."""

    draft: Draft
    before: Callable[[], Roster | None]
    today: Callable[[], date]
    months: Callable[[], int]
    keep: Callable[[Sequence[StaffMember], People, str], None]
    """(everybody, what was shown, who confirmed it)"""
    unfit: Callable[[Sequence[StaffMember]], Iterable[RowFault]] = lambda _: ()
    """What the rest of the set-up says against everybody who would then be kept."""

    def offer(self, content: bytes, origin: str = "file") -> None:
        """Take a list for a look."""
        self.draft.put(OFFERED, content[: MOST_BYTES + 1])
        self.draft.keep(ORIGIN, {"from": origin})

    def offered(self) -> People | None:
        """What there is to say of the list that is being looked at."""
        if not self._file.exists():
            return None
        origin = self.draft.answers(ORIGIN).get("from", "")
        people = look_at(self._file, self.before(), self.today(), self.months(), origin)
        if not people.usable:
            return people
        return replace(people, faults=tuple(self.unfit(self._members())))

    def confirm(self, stamp: str, actor: str) -> bool:
        """Keep it, if it is the one that was shown."""
        people = self.offered()
        if people is None or not people.usable or people.stamp != stamp:
            return False
        self.keep(self._members(), people, actor)
        self.withdraw()
        return True

    def _members(self) -> list[StaffMember]:
        after, before = read_roster(self._file), self.before()
        if before is None:
            return list(after.values())
        return with_leavers(before, after, self.today(), self.months())

    def withdraw(self) -> None:
        """Forget it."""
        self._file.unlink(missing_ok=True)

    def text(self) -> str:
        """The list that is being looked at, to be put right by hand."""
        return self._file.read_text("utf-8", "replace") if self._file.exists() else TEMPLATE

    @property
    def _file(self) -> Path:
        return self.draft.folder / OFFERED
