"""What `namewatch policy` does: write, explain, simulate and rehearse a policy pack."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib import resources
from pathlib import Path

from rich.console import Console as Terminal

from alerts.rehearsal import TELLING, Foreseen, Gap, Reached, foresee, rehearse, with_absent
from alerts.routing import Question
from namewatch.configuration import Configuration, configuration_of, read_configuration
from namewatch.settings import home_in_use, read_settings
from policies.explaining import explained
from policies.pack import Pack
from policies.pack_file import read_pack
from policies.severity import Facts, Judgement, judge
from records.errors import ConfigurationError
from records.finding import Category, Concern, NameMatch
from records.organisation import Organisation
from records.roster import Roster
from records.working_time import DAYS

_FOLLOWS = {
    "alert": "told at once",
    "review": "waits to be looked at; nobody is alerted",
    "ignore": "nothing is kept",
}


def write_template(file: Path) -> None:
    """Write the commented template; raises ConfigurationError when the file is there already."""
    text = (resources.files("policies") / "packs" / "template.toml").read_text(encoding="utf-8")
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(text)
    except FileExistsError:
        raise ConfigurationError("this file is there already; it stays.", file=file) from None
    except OSError as error:
        raise ConfigurationError(
            f"this file can't be written ({error.strerror}).", file=file
        ) from None


def explain(policy: str | None) -> None:
    """Print the pack, part by part."""
    pack = _pack(policy)
    terminal = Terminal(highlight=False, soft_wrap=True, markup=False)
    terminal.print(f"{pack.title}, {pack.version}", style="bold")
    for part in explained(pack):
        terminal.print(f"\n{part.title}", style="bold")
        for sentence in part.sentences:
            terminal.print(sentence)


def _pack(policy: str | None) -> Pack:
    if policy is None:
        return read_configuration(read_settings(home_in_use())).pack
    return read_pack(policy, Path()) if policy.endswith(".toml") else read_pack(policy)


def configured(organisation: Path | None, roster: Path | None) -> Configuration:
    """The files given, or else those of the home in use."""
    if organisation and roster:
        return configuration_of(organisation, roster, roster.parent / "absences.csv")
    settings = read_settings(home_in_use())
    return configuration_of(
        organisation or settings.organisation_file,
        roster or settings.roster_file,
        settings.absences_file,
    )


@dataclass(frozen=True, slots=True)
class Case:
    """What is to be played through, as it was typed."""

    staff: str | None
    concern: str
    at: str
    absent: tuple[str, ...] = ()
    alongside: tuple[str, ...] = ()
    conflict: tuple[str, ...] = ()

    def check(self, roster: Roster) -> Category:
        """The category; raises ConfigurationError for somebody or something unknown."""
        for one in (*filter(None, [self.staff]), *self.absent, *self.alongside, *self.conflict):
            if one not in roster:
                raise ConfigurationError(f"{one} is not in the roster.")
        try:
            return Category(self.concern)
        except ValueError:
            known = ", ".join(Category)
            raise ConfigurationError(
                f'there is no concern "{self.concern}"; there are {known}.'
            ) from None


def simulate(case: Case, organisation: Path | None, roster: Path | None) -> None:
    """Print who would be told, when and why."""
    held = configured(organisation, roster)
    terminal = Terminal(highlight=False, soft_wrap=True, markup=False)
    for line in simulated(case, held, datetime.now(UTC)):
        terminal.print(line)


def simulated(case: Case, held: Configuration, now: datetime) -> Iterator[str]:
    """The answer, line by line."""
    category = case.check(held.roster)
    zone = held.organisation.calendar.zone
    at = moment(case.at, now.astimezone(zone))
    judged = _judged(held, case.staff, category)
    yield f"{at:%A %d %B %Y %H:%M} ({zone.key})"
    clause = f" ({judged.clause})" if judged.clause else ""
    yield f"{category}: {judged.severity}, {_FOLLOWS[judged.disposition]}{clause}"
    if judged.disposition != "alert":
        return
    roster = with_absent(held.roster, case.absent, at.date())
    excluded = frozenset(case.alongside), at.date(), frozenset(case.conflict)
    question = Question(case.staff, *excluded)
    pack, body = held.pack, held.organisation
    yield from _said(pack, held, foresee(pack, body, roster, question, judged.severity, at))


def _judged(held: Configuration, staff: str | None, category: Category) -> Judgement:
    place = {"field": "text", "start": 0, "end": 0, "reasons": ()}
    match = NameMatch(staff_id=staff or "", surface="", certainty="certain", duties="yes", **place)
    concern = Concern(
        category=category,
        score=1,
        target="staff" if staff else "body",
        **place,
    )
    return judge(held.pack, Facts((match,) if staff else (), True, (concern,), held.roster))  # noqa: FBT003


def _said(pack: Pack, held: Configuration, foreseen: Foreseen) -> Iterator[str]:
    zone = held.organisation.calendar.zone
    yield "Told at once:"
    for one in foreseen.routing.recipients:
        yield f"  {one.staff_id}, {one.reason}"
    if not foreseen.routing.recipients:
        yield "  NOBODY"
    for place in foreseen.routing.unfilled:
        yield f"  nobody could be told in the place of the {pack.role_title(place)}"
    due = foreseen.acknowledge_by.astimezone(zone)
    yield f"If nobody has acknowledged by {due:%a %d %b %H:%M}:"
    for later in foreseen.later:
        told = f"{later.tell.staff_id}, as {pack.role_title(later.tell.role)}" if later.tell else ""
        what = "; ".join(filter(None, [told, "an alarm" if later.alarm else ""])) or "reminders"
        yield f"  {later.at.astimezone(zone):%a %d %b %H:%M}  {what}"
    if foreseen.teller:
        seat, by = foreseen.teller, foreseen.tell_by.astimezone(zone)
        yield (
            f"To tell the person in private by {by:%a %d %b %H:%M}: {seat.staff_id}, as"
            f" {pack.role_title(seat.role)} ({pack.telling.clause})"
        )
    if foreseen.custodian:
        seat = foreseen.custodian
        yield (
            f"Keeps the record: {seat.staff_id}, as {pack.role_title(seat.role)}"
            f" ({pack.custody.clause})"
        )


def moment(text: str, now: datetime) -> datetime:
    """The moment meant: "now", "22:40", "Saturday 22:40" (the next one) or a date with a time."""
    if text == "now":
        return now
    try:
        if found := re.fullmatch(r"(?:([A-Za-z]{3})[a-z]* )?(\d{1,2}:\d\d)", text):
            hour = time.fromisoformat(found[2].zfill(5))
            day = _next(found[1], now, hour) if found[1] else now.date()
            return datetime.combine(day, hour, now.tzinfo)
        return datetime.fromisoformat(text).replace(tzinfo=now.tzinfo)
    except ValueError:
        raise ConfigurationError(
            f'"{text}" is no time; write it like "Saturday 22:40" or "2026-12-24 16:00".'
        ) from None


def _next(weekday: str, now: datetime, hour: time) -> date:
    ahead = (DAYS.index(weekday.capitalize()) - now.weekday()) % 7
    if ahead == 0 and hour < now.time():
        ahead = 7
    return now.date() + timedelta(days=ahead)


def rehearse_all(organisation: Path | None, roster: Path | None) -> int:
    """Print every gap; return how many are serious."""
    held = configured(organisation, roster)
    terminal = Terminal(highlight=False, soft_wrap=True, markup=False)
    day = datetime.now(held.organisation.calendar.zone).date()
    gaps = list(gaps_of(held.pack, held.organisation, held.roster, day))
    for gap in gaps:
        terminal.print(in_words(held.pack, gap))
    staff = sum(one.works_on(day) for one in held.roster.values())
    serious = sum(gap.serious for gap in gaps)
    terminal.print(f"{staff} people named, each with every other person away.")
    terminal.print(f"Nobody would be told or could tell the person: {serious}.")
    return serious


def gaps_of(
    pack: Pack,
    organisation: Organisation,
    roster: Roster,
    day: date,
    reached: Reached | None = None,
) -> Iterator[Gap]:
    """Every gap of that day; without `reached`, whoever has an address can be reached."""
    return rehearse(pack, organisation, roster, day, reached or _has_address(roster))


def _has_address(roster: Roster) -> Reached:
    return lambda staff_id: bool(roster[staff_id].email or roster[staff_id].slack_id)


def in_words(pack: Pack, gap: Gap) -> str:
    """A gap as a sentence, with staff ids and roles only."""
    named = f"if {gap.named} is named" if gap.named else "if the body is threatened"
    away = f" while {gap.absent} is away" if gap.absent else ""
    if gap.place == TELLING:
        return f"{named}{away}, there is nobody to tell them in private."
    if gap.nobody_at_all:
        return f"{named}{away}, nobody would be told."
    return (
        f"note: {named}{away}, nobody would be told in the place of the"
        f" {pack.role_title(gap.place)}; others would be."
    )
