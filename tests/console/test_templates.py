"""The templates keep what comes from outside inside, each and every one of them."""

from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
from jinja2 import Environment, nodes

import console
from console.pages import ERRORS, Pages
from tests.console.cast import Office

FOLDER = Path(console.__file__).parent / "templates"
STATIC = Path(console.__file__).parent / "static"
TEMPLATES = sorted(file.name for file in FOLDER.rglob("*.html"))
UNSAFE_OPTIONS = ("html", "Html", "attributes")
"""Macro options that are put in unescaped; only `text` and the like are used."""


def faults(source: str) -> Iterator[str]:
    """What in a template could let markup from outside through."""
    tree = Environment().parse(source)
    for found in tree.find_all(nodes.Filter):
        if found.name in {"safe", "forceescape", "xmlattr", "tojson"}:
            yield f"filter {found.name}"
    for key in tree.find_all(nodes.Pair):
        name = getattr(key.key, "value", None)
        if not isinstance(name, str) or name.endswith(UNSAFE_OPTIONS):
            yield f"option {name}"
    for _ in tree.find_all((nodes.ScopedEvalContextModifier, nodes.MarkSafe)):
        yield "autoescape switched"
    for name in tree.find_all(nodes.Name):
        if name.name in {"Markup", "self", "namespace"}:
            yield f"name {name.name}"


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_lets_markup_through(name: str) -> None:
    source = (FOLDER / name).read_text(encoding="utf-8")
    assert list(faults(source)) == []
    assert "style=" not in source
    assert "onclick" not in source
    assert "<script>" not in source


@pytest.mark.parametrize(
    "source",
    [
        "{{ text | safe }}",
        "{{ text|upper|safe }}",
        "{{ govukButton({'html': text}) }}",
        "{{ govukButton({'titleHtml': text}) }}",
        "{{ govukButton({'hint': {'html': text}}) }}",
        "{{ govukButton({'attributes': text}) }}",
        "{{ govukButton({option: text}) }}",
        "{% autoescape false %}{{ text }}{% endautoescape %}",
        "{{ text | xmlattr }}",
    ],
)
def test_the_check_finds_what_it_looks_for(source: str) -> None:
    assert list(faults(source))


def test_a_word_that_is_missing_is_a_fault_and_not_a_blank(office: Office) -> None:
    with pytest.raises(jinja2.UndefinedError):
        Pages(office.desk()).show("error.html", heading="only this")


@pytest.mark.parametrize("status", [*ERRORS, 418, 503])
def test_every_fault_has_a_page(office: Office, status: int) -> None:
    answer = Pages(office.desk()).error(status)
    assert answer.status_code == status
    assert b"<h1" in bytes(answer.body)


def test_nothing_that_belongs_to_gov_uk_or_to_others_is_shipped() -> None:
    style = (STATIC / "console.css").read_text(encoding="utf-8")
    for foreign in ("url(", "GDS Transport", "govuk-header", "govuk-footer", "crown", "@import"):
        assert foreign not in style
    assert sorted(file.name for file in STATIC.iterdir()) == [
        "LICENSE-govuk-frontend.txt",
        "console.css",
        "govuk-frontend.min.js",
        "icon.svg",
        "passkey.js",
        "start.js",
    ]
    pages = "".join((FOLDER / name).read_text(encoding="utf-8") for name in TEMPLATES)
    assert "http" not in pages
