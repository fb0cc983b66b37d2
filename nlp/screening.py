"""Screen public posts: who is named, whether it is about their work, and how bad it is."""

import threading
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from nlp import commonness
from nlp.accounts import OwnAccounts
from nlp.classifier import SHIPPED, Classifier
from nlp.concerns import endangers, find_concerns
from nlp.entities import FOLDER as NAMES_MODEL
from nlp.entities import SPACY, EntityReader
from nlp.entities import check as check_names_model
from nlp.indirect import Roles, StandIn, answered, matches_of, refer
from nlp.lessons import GRAVE, NO_LESSONS, Lessons
from nlp.linking import link
from nlp.matcher import Hits, Matcher
from nlp.rulebook import rulebook
from nlp.sheet import Sheet, lay_out, texts_of
from nlp.streams import batches, screen_lines
from nlp.surroundings import Surroundings, look_around
from nlp.terms import Term, terms
from nlp.variants import NameVariant, variants
from policies.pack import Pack
from policies.severity import Facts, Judgement, Watched, judge
from records.finding import Category, Concern, Finding, NameMatch, nothing_in
from records.organisation import Organisation
from records.post import Post, readable
from records.roster import Roster, StaffMember, roster_of

if TYPE_CHECKING:
    from nlp.sieve import Sieve

__all__ = ["Screener", "screen_lines"]

_OF_A_PERSON = frozenset(Category) - {Category.NAMING, Category.SELF_HARM}
_BY_WHOMEVER = frozenset({Category.THREAT, Category.VIOLENCE, Category.DOXXING, Category.SELF_HARM})
"""What counts even in a post from the body's or a colleague's own account, which may be stolen."""


class Screener:
    """Screens posts for one body; cheap for posts that name nobody, and it stores nothing.

    `today` decides which leavers are still watched. `entities` None reads names without a model,
    `classifier` None finds concerns by rules alone. Raises ModelDamagedError.
    """

    def __init__(
        self,
        organisation: Organisation,
        roster: Roster,
        pack: Pack,
        entities: EntityReader | None = SPACY,
        classifier: Classifier | None = SHIPPED,
        *,
        today: date,
        lessons: Lessons = NO_LESSONS,
    ) -> None:
        watched = roster_of(
            member
            for member in roster.values()
            if is_watched(member, today, organisation.leavers_watched_months)
        )
        self._pack = pack
        self._people: Mapping[str, Watched] = watched
        self._entities = entities
        self._classifier = classifier
        self._lessons = lessons
        self._accounts = OwnAccounts(organisation, watched.values())
        self._roles = Roles(
            organisation, (one for one in watched.values() if is_watched(one, today, 0))
        )
        if classifier is not None:
            classifier.check()
        if entities is SPACY:
            check_names_model(NAMES_MODEL)
        names = [variant for member in watched.values() for variant in variants(member)]
        self._entries: list[NameVariant | Term] = [*terms(organisation, watched), *names]
        self._matcher = Matcher(self._entries)

    def learn(self, lessons: Lessons) -> None:
        """Go by these lessons from the next post on."""
        self._lessons = lessons

    def warm(self) -> threading.Thread:
        """Load what only doubtful names need, in the background; the thread has been started."""
        thread = threading.Thread(target=self._load, name="screening-warm-up", daemon=True)
        thread.start()
        return thread

    def _load(self) -> None:
        rulebook()
        commonness.warm()
        if self._entities is not None:
            self._entities.warm()
        if self._classifier is not None:
            self._classifier.warm()

    def screen(self, post: Post) -> Finding:
        """All that can be said about the post; `ignore` when it is nobody's concern."""
        sheet = lay_out(post)
        hits = self._matcher.search(sheet.text)
        if not hits.worth_a_look:
            return nothing_in(readable(post.id))
        return self._judged(post.id, sheet, hits)

    def screen_many(self, posts: Iterable[Post]) -> Iterator[Finding]:
        """What `screen` says of each post, in their order; several times faster, by the batch."""
        for batch in batches(posts):
            suspects = self.suspects(batch)
            for number, post in enumerate(batch):
                yield self.screen(post) if number in suspects else nothing_in(readable(post.id))

    def suspects(self, batch: Sequence[Post]) -> set[int]:
        """The numbers of those posts for which `screen` may say anything but `ignore`."""
        return self._sieve.let_through(*texts_of(batch)) if batch else set()

    def named(self, post: Post) -> frozenset[str]:
        """Whom the post may name, by names alone: far quicker than `screen`, and far less sure."""
        hits = self._matcher.search(lay_out(post).text)
        return frozenset(
            one.entry.staff_id for one in hits.names if isinstance(one.entry, NameVariant)
        )

    @cached_property
    def _sieve(self) -> "Sieve":
        from nlp.sieve import Sieve  # noqa: PLC0415 - takes numpy, which single posts do without

        return Sieve(self._entries)

    def judgement(self, finding: Finding) -> Judgement | None:
        """Why this screener's own finding is as bad as it is; None if nobody had to be judged."""
        if not finding.staff and not finding.organisation:
            return None
        return self._judge(finding.staff, finding.organisation, finding.concerns)

    def _judge(
        self, staff: tuple[NameMatch, ...], organisation: bool, concerns: tuple[Concern, ...]
    ) -> Judgement:
        return judge(self._pack, Facts(staff, organisation, concerns, self._people))

    def _judged(self, post_id: str, sheet: Sheet, hits: Hits) -> Finding:
        """What is found; who is meant hangs on no lesson where there is something grave."""
        lessons = self._lessons
        people = (hit.entry.staff_id for hit in hits.names if isinstance(hit.entry, NameVariant))
        if not lessons.about_any(people):
            return self._found(post_id, sheet, hits, lessons)
        untaught = self._found(post_id, sheet, hits, lessons.about_posts)
        if any(one.category in GRAVE for one in untaught.concerns):
            return untaught
        return self._found(post_id, sheet, hits, lessons)

    def _found(self, post_id: str, sheet: Sheet, hits: Hits, lessons: Lessons) -> Finding:
        around = look_around(sheet, hits, self._accounts.writer(sheet.author))
        if not around.names_the_body:
            whole_names = [(hit.start, hit.end) for hit in hits.names if hit.written_in_full]
            around.endangered = endangers(sheet, whole_names, self._classifier, lessons)
        staff = answered(sheet, link(sheet, hits, around, self._entities, lessons))
        organisation = around.names_the_body
        if not staff and not organisation:
            return nothing_in(readable(post_id))
        references = refer(sheet, around, staff, self._roles)
        concerns = self._concerns(sheet, around, staff, references, lessons)
        if not any(one.target == "staff" for one in concerns if one.category in _OF_A_PERSON):
            references = tuple(one for one in references if one.about_work)
            concerns = self._concerns(sheet, around, staff, references, lessons)
        staff = (*staff, *matches_of(references, around))
        judgement = self._judge(staff, organisation, concerns)
        return Finding(
            post_id=readable(post_id),
            staff=staff,
            organisation=organisation,
            concerns=concerns,
            severity=judgement.severity,
            disposition=judgement.disposition,
        )

    def _concerns(
        self,
        sheet: Sheet,
        around: Surroundings,
        staff: tuple[NameMatch, ...],
        references: tuple[StandIn, ...],
        lessons: Lessons,
    ) -> tuple[Concern, ...]:
        found = find_concerns(
            sheet,
            (*staff, *matches_of(references, around)),
            around.body_places,
            self._classifier,
            self._pack.clauses,
            organisation=around.names_the_body,
            unnamed=[one.place for one in references if not one.staff_ids],
            lessons=lessons,
        )
        if around.writer.one_of_us:
            return tuple(one for one in found if one.category in _BY_WHOMEVER)
        return found


def is_watched(member: StaffMember, today: date, months: int) -> bool:
    """Whether this person is looked for: on the staff, or left no more than `months` ago."""
    return member.ends_on is None or today <= _months_later(member.ends_on, months)


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
