"""`namewatch explain`: what screening makes of one text, for people to read."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.console import Console as Terminal
from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from namewatch.configuration import Configuration, configuration_of
from namewatch.plain_text import shown
from namewatch.screenshot import read_screenshot
from namewatch.settings import configured_home, home_in_use, practice_home, read_settings
from nlp.classifier import SHIPPED
from nlp.entities import SPACY
from nlp.pictures import say_read
from nlp.screening import Screener
from nlp.settling import what_would_settle
from policies.severity import Judgement
from records.errors import ConfigurationError
from records.finding import Category, Concern, Disposition, Finding, FindingField, NameMatch
from records.post import Context, Post, readable

_WHAT_FOLLOWS: dict[Disposition, str] = {
    "alert": "The recipients of the policy would be told at once.",
    "review": "It would wait for triage; nobody would be alerted.",
    "ignore": "Nothing would be kept, and nobody told.",
}
_WHERE: dict[FindingField, str] = {
    "text": "in the text",
    "title": "in the title",
    "context": "in what it answers",
    "image": "in the picture",
}
_STYLES: dict[Disposition, str] = {"alert": "bold red", "review": "bold yellow", "ignore": "bold"}


@dataclass(frozen=True, slots=True)
class Said:
    """What was typed: a text, and what its reader would see around it."""

    text: str
    title: str | None = None
    community: str | None = None
    parent: str | None = None
    image: Path | None = None

    @property
    def post(self) -> Post:
        """It as a post of no platform; a text `-` is read from standard input."""
        text = self.text
        if text == "-":
            text = sys.stdin.buffer.read().decode("utf-8", errors="replace")
        context = Context(title=self.title, community=self.community, parent_text=self.parent)
        media = (read_screenshot(self.image),) if self.image else ()
        return Post(
            id="explained", source="explain", text=readable(text), context=context, media=media
        )


def explain(
    said: Said, organisation: Path | None, roster: Path | None, *, rules_only: bool
) -> None:
    """Print what screening finds in it and why; nothing is kept and nobody told."""
    configuration = configuration_of(*_files(organisation, roster))
    for warning in configuration.warnings:
        sys.stderr.write(f"namewatch: {warning}\n")
    screener = Screener(
        configuration.organisation,
        configuration.roster,
        configuration.pack,
        entities=None if rules_only else SPACY,
        classifier=None if rules_only else SHIPPED,
        today=date.today(),  # noqa: DTZ011 - the day it is where the command is typed
    )
    terminal = Terminal(highlight=False)
    for line in _Explanation(configuration, screener, said.post).lines():
        terminal.print(line)


def _files(organisation: Path | None, roster: Path | None) -> tuple[Path, Path]:
    if organisation and roster:
        return organisation, roster
    if configured_home() is None and not practice_home().is_dir():
        raise ConfigurationError(
            "say of which body: --organisation organisation.toml --roster roster.csv, or set"
            " NAMEWATCH_HOME to the folder that `namewatch init` has written."
        )
    settings = read_settings(home_in_use())
    return organisation or settings.organisation_file, roster or settings.roster_file


class _Explanation:
    """One post, what was found in it, and how that is said."""

    def __init__(self, configuration: Configuration, screener: Screener, post: Post) -> None:
        self._configuration = configuration
        self._screener = screener
        self._post = post
        self._finding: Finding = say_read(screener.screen(post), post)

    def lines(self) -> Iterator[RenderableType]:
        """All that is to be read, from the outcome to its reasons."""
        finding = self._finding
        for picture in self._post.media:
            yield Text("Read from the picture:")
            yield from (_indented(shown(line)) for line in picture.text.splitlines())
            yield Text("")
        outcome = Text(f"{finding.disposition} · severity {finding.severity}")
        outcome.stylize(_STYLES[finding.disposition])
        yield outcome
        yield Text(_WHAT_FOLLOWS[finding.disposition])
        yield from self._decided(self._screener.judgement(finding))
        settled: set[str] = set()
        for match in finding.staff:
            yield from self._match(match, first=match.staff_id not in settled)
            settled.add(match.staff_id)
        if not finding.staff:
            yield Text("\nNobody on the staff is meant.", style="bold")
        yield Text(f"\nThe body is {'' if finding.organisation else 'not '}named.")
        for concern in finding.concerns:
            yield from self._concern(concern)
        if not finding.concerns:
            yield Text("Nothing in it is a concern of the policy.")

    def _decided(self, judgement: Judgement | None) -> Iterator[RenderableType]:
        if judgement is None:
            yield Text("Nothing in it is taken for the staff or the body, so no rule was asked.")
            return
        pack = self._configuration.pack
        why = "; ".join(judgement.conditions) or "no other rule of the policy fits"
        yield Text(f"Decided by {judgement.clause or 'a rule without a clause'}: {why}.")
        yield Text(f"({pack.title}, {pack.version}; the first rule that fits decides.)", "dim")

    def _match(self, match: NameMatch, *, first: bool) -> Iterator[RenderableType]:
        member = self._configuration.roster[match.staff_id]
        yield Text.assemble(
            (f"\n{shown(member.full_name)}", "bold"),
            f" ({shown(match.staff_id)}): {match.certainty} · about their work: {match.duties}",
        )
        yield _indented(f"“{shown(match.surface)}” {_WHERE[match.field]}")
        yield from (_indented(f"- {shown(reason)}") for reason in match.reasons)
        if first and (change := self._settling(match)):
            yield _indented(f"It would be certain if the post {change}.")

    def _settling(self, match: NameMatch) -> str | None:
        member = self._configuration.roster[match.staff_id]
        body = self._configuration.organisation
        return what_would_settle(self._screener.screen, self._post, match, member, body)

    def _concern(self, concern: Concern) -> Iterator[RenderableType]:
        name = concern.category.replace("_", " ")
        aimed = "" if concern.category is Category.NAMING else f" · aimed at {_aim(concern)}"
        yield Text.assemble((f"\n{name}", "bold"), f": score {concern.score:.2f}{aimed}")
        yield _indented(f"“{shown(self._words(concern))}” {_WHERE[concern.field]}")
        yield from (_indented(f"- {shown(reason)}") for reason in concern.reasons)

    def _words(self, concern: Concern) -> str:
        context = self._post.context
        fields = {"text": self._post.text, "title": context.title, "context": context.parent_text}
        fields["image"] = next((one.text for one in self._post.media), "")
        return readable(fields.get(concern.field) or "")[concern.start : concern.end]


def _aim(concern: Concern) -> str:
    return {"third_party": "somebody else", "unclear": "it is unclear whom"}.get(
        concern.target, f"the {concern.target}"
    )


def _indented(text: str) -> Padding:
    return Padding(Text(text), (0, 0, 0, 4), expand=False)
