"""A digest as people read it: a page with pictures, and the same in plain text for a mail."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from casework.digest import Content
from casework.digest_counts import FEWEST, NONE
from casework.digest_figures import ABOUT, OPEN, ROWS, STAGE, TITLES, Part, rows_of, total_of
from casework.digest_pictures import Bar, picture

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
RULE = (
    f"No names and no posts stand here. A number under {FEWEST} is told as “fewer than {FEWEST}”,"
    " also when it is none, and each record is counted once: nobody can be worked out by taking one"
    " number from another."
)
_STYLE = """
 body {margin: 0 auto; max-width: 46rem; padding: 1rem 1.5rem 3rem; color: #0b0c0c;
       font: 19px/1.5 Arial, sans-serif}
 table {border-collapse: collapse; width: 100%; margin: 0 0 1rem}
 caption {text-align: left; font-weight: bold}
 th, td {text-align: left; padding: .4rem .6rem .4rem 0; border-bottom: 1px solid #b1b4b6}
 th {font-weight: normal} thead th {font-weight: bold}
 h1 {font-size: 1.8rem} h2 {font-size: 1.3rem; margin-top: 2rem}
"""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, sentences, and the rows of one table with its picture."""

    title: str
    sentences: tuple[str, ...] = ()
    head: tuple[str, str] = ("", "")
    rows: tuple[tuple[str, str], ...] = ()
    bars: tuple[Bar, ...] = ()


def sections(content: Content) -> Iterator[Section]:
    """Everything that a digest tells, in order."""
    parts = content.parts
    yield Section(
        "In short",
        (
            f"Records opened: {total_of(parts).words()}.",
            *_times(parts),
            *(f"What the digest of {one} told is not counted here." for one in content.left_out),
        ),
    )
    for table in (ABOUT, STAGE):
        rows = rows_of(parts, table)
        if rows is None:
            yield Section(TITLES[table], (_TOO_FEW,))
            continue
        bars = tuple(Bar(words, rows[row]) for row, words in ROWS[table].items())
        yield _drawn(TITLES[table], ("Records", "How many"), bars)
    yield _drawn("How many records, digest by digest", ("Digest", "Records"), _trend(content))
    yield Section("Still to do", tuple(_to_do(content)))
    yield Section("Access in an emergency", (_LET_IN if content.let_in else _NOBODY_LET_IN,))
    yield Section(
        "What was watched",
        () if content.coverage else ("Nothing was watched.",),
        head=("Place", "In this time"),
        rows=tuple(
            (one.source, f"{one.words}. {one.doubt}".rstrip() if one.doubt else f"{one.words}.")
            for one in content.coverage
        ),
    )


_LET_IN = (
    "In this time somebody outside a record's list was let in to see it for a day. A second person"
    " agreed, everybody on the record was told, and who it was and why stands in the record."
)
_NOBODY_LET_IN = "Nobody outside a record's list was let in to see it."
_TOO_FEW = "Too few to be told apart without giving somebody away."


def page(content: Content, body: str) -> str:
    """The digest as one page without scripts; `body` is the name of the organisation."""
    inner = "".join(_html(section, number) for number, section in enumerate(sections(content)))
    return (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Digest for {escape(content.words)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>Naming and harm online: {escape(content.words)}</h1>"
        f"<p>{escape(body)}. For the leadership, in confidence.</p><p>{escape(RULE)}</p>"
        f"{inner}</main></body></html>\n"
    )


def plain_text(content: Content, body: str) -> str:
    """The digest as a mail."""
    lines = [f"Naming and harm online: {content.words}", f"{body}. In confidence.", "", RULE]
    for section in sections(content):
        lines += ["", section.title.upper(), *section.sentences]
        lines += [f"  {label}: {words}" for label, words in section.rows]
    return "\n".join(lines) + "\n"


def _drawn(title: str, head: tuple[str, str], bars: Sequence[Bar]) -> Section:
    rows = tuple((bar.label, bar.words) for bar in bars)
    return Section(title, head=head, rows=rows, bars=tuple(bars))


def _trend(content: Content) -> tuple[Bar, ...]:
    earlier = [Bar(words, total_of([part])) for words, part in content.before]
    return (*earlier, Bar(content.words, total_of(content.parts)))


def _times(parts: Sequence[Part]) -> Iterator[str]:
    seen = [one.seen_within for one in parts if one.seen_within]
    told = [one.told_within for one in parts if one.told_within]
    yield (
        f"Half of them were seen by somebody within {_either(seen)}."
        if seen
        else "There are too few to say how soon they were seen."
    )
    yield (
        f"Half of the people named were told in private within {_either(told)}."
        if told
        else "There are too few to say how soon people were told in private."
    )


def _either(times: Sequence[str]) -> str:
    different = list(dict.fromkeys(times))
    return different[0] if len(different) == 1 else " or ".join(different) + ", digest by digest"


def _to_do(content: Content) -> Iterator[str]:
    many, few = f"{FEWEST} or more", f"fewer than {FEWEST}"
    stages = rows_of(content.parts, STAGE)
    if stages is not None:
        own = sum((stages[row] for row in OPEN), NONE)
        yield f"Records opened in this time in which something is still to be done: {own.words()}."
    if content.earlier_open is not None:
        still_open = many if content.earlier_open else few
        yield f"Records from before this time that are still open: {still_open}."
    if content.overdue is not None:
        overdue = many if content.overdue else f"{few}, or too few to say"
        yield f"Open records in which something is overdue: {overdue}."
    due = many if content.decisions_due else few
    yield f"Decisions on erasing or keeping that are due: {due}."


def _html(section: Section, number: int) -> str:
    said = "".join(f"<p>{escape(one)}</p>" for one in section.sentences)
    drawn = picture(section.title, section.bars, number) if section.bars else ""
    return f"<h2>{escape(section.title)}</h2>{said}{drawn}{_table(section)}"


def _table(section: Section) -> str:
    if not section.rows:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{escape(label)}</th><td>{escape(words)}</td></tr>'
        for label, words in section.rows
    )
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in section.head)
    return (
        f"<table><caption>{escape(section.title)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )
