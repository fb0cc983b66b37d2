"""What still has to be done about an incident, by when, and which clause asks for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from casework.deadlines import POLICE_WITHIN, WITNESSES_WITHIN
from casework.kinds_notes import no_threat, nobody_meant
from casework.kinds_restrictions import ends_contact
from casework.step_rules import Known, Taken


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that is to be done: the kind of step that settles it, and when it is overdue."""

    kind: str
    what: str
    clause: str
    due_at: datetime | None
    subject: str = ""

    def overdue(self, now: datetime) -> bool:
        """Whether its time is up."""
        return self.due_at is not None and self.due_at <= now


def duties(known: Known) -> tuple[Duty, ...]:
    """Everything open, what falls due first before the rest; of a closed record only the timers."""
    found = list(_timers(known))
    if known.state != "closed":
        found += [*_of_the_person(known), *_of_a_threat(known), *_of_the_case(known)]
    return tuple(sorted(found, key=lambda one: (one.due_at is None, one.due_at or known.now)))


def next_look(known: Known) -> datetime | None:
    """When somebody has to look next: the first moment at which something falls due."""
    return min((one.due_at for one in duties(known) if one.due_at), default=None)


def _of_the_person(known: Known) -> Iterator[Duty]:
    if known.named is None or nobody_meant(known):
        return
    rule = known.pack.telling
    by = rule.within.end(known.opened_at, known.hours)
    if known.newest("told-in-private") is None:
        yield Duty("told-in-private", "Tell the person named, in private", rule.clause, by)
        return
    wishes = known.newest("wishes")
    if wishes is None or wishes.given.code("answer") in {"not-yet-asked", "asked"}:
        yield Duty("wishes", "Ask what they would like to happen", rule.clause, by)
    if not any(one.given.code("who") == known.named for one in known.standing("support")):
        yield Duty("support", "Offer them support", "SPSO 58", by)


def _of_a_threat(known: Known) -> Iterator[Duty]:
    if no_threat(known):
        return
    rule, decided = known.pack.police, known.newest("police")
    by = known.opened_at + POLICE_WITHIN
    if decided is None:
        words = "Decide whether the police are told"
        if rule.rule == "always":
            words = "Report the threat to the police"
        yield Duty("police", words, rule.clause, by)
    elif decided.given.code("decision") == "to-be-reported":
        yield Duty("police", "Report the threat to the police, as decided", rule.clause, by)
    if not known.standing("witness") and rule.witness_statements == "asked":
        yield Duty(
            "witness", "Ask witnesses for statements, or say there are none", "SPSO 33", None
        )
    for one in known.standing("witness"):
        if one.given.code("state") == "asked":
            due = one.recorded_at + WITNESSES_WITHIN
            yield Duty("witness", "A statement is awaited", "SPSO 33", due, one.subject)


def _of_the_case(known: Known) -> Iterator[Duty]:
    if known.newest("outcome") is None:
        yield Duty("outcome", "Decide what becomes of it", "SPSO 12", None)
    for one in known.standing("outside-contact"):
        if known.newest("outside-contact-decision", one.subject) is None:
            yield Duty(
                "outside-contact-decision",
                "Decide whether a contact outside the office is recorded",
                "SPSO 42",
                known.hours.close_of(one.recorded_at, 1),
                one.subject,
            )
    for one in known.standing("disengaged"):
        if known.newest("talked-over", one.subject) is None:
            due = known.hours.close_of(one.recorded_at, 1)
            yield Duty(
                "talked-over", "Talk to somebody who stopped reading", "SPSO 57", due, one.subject
            )


def _timers(known: Known) -> Iterator[Duty]:
    """What falls due long after, closed or not."""
    for one in known.standing("platform-report"):
        answer = known.newest("platform-answer", one.subject)
        chase = answer.given.day("chase-on") if answer else one.given.day("chase-on")
        if chase and (answer is None or answer.given.code("outcome") == "no-answer"):
            due = _morning(known, chase)
            yield Duty("platform-answer", "Ask the platform again", "SPSO 31.2", due, one.subject)
    for one in known.standing("support"):
        until = one.given.day("until")
        if until and one.given.code("answer") == "accepted":
            due = _morning(known, until)
            yield Duty("support", "Look at what was agreed again", "SPSO 58", due, one.subject)
    for one in known.standing("restriction"):
        yield from _of_a_restriction(known, one)


def _of_a_restriction(known: Known, restriction: Taken) -> Iterator[Duty]:
    number, review = restriction.subject, known.newest("restriction-review", restriction.subject)
    if review and review.given.code("outcome") == "ended":
        return
    day = (review or restriction).given.day("review-on")
    if day:
        yield Duty(
            "restriction-review", "Review a restriction", "SPSO 23", _morning(known, day), number
        )
    after = known.pack.restrictions.reconsider_after
    if after and ends_contact(known, restriction) and review is None:
        due = after.after(restriction.recorded_at)
        words = "Consider whether the behaviour has moderated"
        yield Duty("restriction-review", words, "WICS Comm-Term ¶3", due, number)


def _morning(known: Known, day: date) -> datetime:
    return datetime.combine(day, known.hours.opens, known.hours.zone)
