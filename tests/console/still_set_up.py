"""What setting up has to say in a body where nothing changes."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from console.faults import Fault
from console.set_up import (
    Away,
    Change,
    Choice,
    DryRun,
    Looked,
    Paper,
    People,
    Reach,
    Remark,
    RowFault,
    Seat,
)
from records.roster import Absence

SENT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class StillSetUp:
    """Answers every question, and keeps nothing."""

    def offer(self, content: bytes) -> None:
        pass

    def offered(self) -> People | None:
        return People(
            stamp="1",
            count=3,
            origin="people.csv",
            faults=(RowFault(2, "There is no such line manager.", "s030"),),
            comes=("Marsali Tulloch",),
            goes=("Hamish Toward",),
            changes=(Change("Isla Rennie", "role_title"),),
            remarks=(Remark("A common name", ("J. Bell",), "Add a second word.", wanting=True),),
            week="About 3 strangers with these names a week.",
            first=False,
        )

    def confirm(self, stamp: str, actor: str) -> bool:
        return False

    def withdraw(self) -> None:
        pass

    def template(self) -> str:
        return "staff_id,full_name\r\n"

    def offered_text(self) -> str:
        return self.template()

    def count(self) -> int:
        return 11

    def directories(self) -> Sequence[tuple[str, str]]:
        return (("entra", "Microsoft Entra"),)

    def fetch(self, directory: str) -> str | None:
        return "It does not answer."

    def seats(self) -> Sequence[Seat]:
        director = Seat("director", "Director", "Told when others are absent.", holders=("s002",))
        return (director, Seat("leadership_team", "Leadership Team", needed=False, several=True))

    def choices(self) -> Sequence[Choice]:
        return (Choice("s002", "Bram Sutherland, Director"), Choice("s003", "Morven Kerr"))

    def give(self, chosen: Mapping[str, tuple[str, ...]], actor: str) -> Sequence[Fault]:
        return (Fault("role-director", "Choose somebody"),)

    def doubts(self) -> Sequence[str]:
        return ("Somebody holds two roles.",)

    def reaches(self) -> Sequence[Reach]:
        return (
            Reach("s002", "Bram Sutherland", "Director", "email", "E-mail", SENT, SENT),
            Reach("s005", "Dougal Imrie", "HR officer", "email", "E-mail", SENT),
            Reach("s010", "Effie Lamont", "Line manager", "slack", "Slack", fault="not reached"),
        )

    def send_tests(self, staff_id: str, actor: str) -> None:
        pass

    def channel_faults(self) -> Mapping[str, str | None]:
        return {"E-mail": None, "Slack": "Slack does not answer."}

    def absences(self) -> Sequence[Away]:
        away = Absence("s010", date(2026, 11, 24), date(2026, 11, 27))
        return (Away(away, "Effie Lamont", "said here", by_hand=True),)

    def add_absence(self, absence: Absence, actor: str) -> None:
        pass

    def remove_absence(self, absence: Absence, actor: str) -> None:
        pass

    def today(self) -> date:
        return date(2026, 11, 24)

    def begin_dry_run(self, actor: str) -> None:
        pass

    def dry_run(self) -> DryRun:
        looked = Looked("Bluesky", 120, 2, 5, since=SENT, done=True, a_week=0.5)
        return DryRun(parts=(looked,), remarks=("Reddit can't be looked back over.",))

    def papers(self) -> Sequence[Paper]:
        return (Paper("staff", "For staff", "We watch public places for your names."),)
