"""An export as a page to be printed: a cover, then its chapters."""

from html import escape

from casework.exports import DISTRESSING, SHAPES, Chapter, Sheet

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
 body {color: #0b0c0c; font: 12pt/1.45 "Liberation Sans", "DejaVu Sans", Arial, sans-serif}
 h1 {font-size: 22pt} h2 {font-size: 15pt; margin-top: 18pt}
 section.cover, section.warned {break-after: page}
 section.warned {break-before: page}
 strong.warning {display: block; border: 2pt solid #0b0c0c; padding: 10pt; margin: 14pt 0}
 dl {display: grid; grid-template-columns: 11rem 1fr; gap: 4pt 10pt}
 dt {font-weight: bold} dd {margin: 0; overflow-wrap: anywhere}
 table {border-collapse: collapse; width: 100%}
 td, th {text-align: left; vertical-align: top; padding: 4pt 8pt 4pt 0;
         border-bottom: .5pt solid #b1b4b6; overflow-wrap: anywhere; white-space: pre-wrap}
 td.when {width: 8.5rem; white-space: nowrap}
 td.what {width: 9rem; overflow-wrap: break-word}
"""


def page(sheet: Sheet) -> str:
    """The whole export; the cover says what may be distressing before anything of it is seen."""
    title = f"{sheet.reference}: {SHAPES[sheet.form].title}"
    return (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        f"{_cover(sheet, title)}{''.join(_chapter(one) for one in sheet.chapters)}</body></html>"
    )


def _cover(sheet: Sheet, title: str) -> str:
    warning = f'<strong class="warning">{escape(DISTRESSING)}</strong>' if sheet.distressing else ""
    about = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(words)}</dd>" for name, words in sheet.about
    )
    check = SHAPES[sheet.form].check
    read = f"<p><b>Before you hand it over:</b> {escape(check)}</p>" if check else ""
    return (
        f'<section class="cover"><p>Confidential</p><h1>{escape(title)}</h1>'
        f"{warning}<dl>{about}</dl>{read}</section>"
    )


def _chapter(chapter: Chapter) -> str:
    if not chapter.lines:
        return ""
    rows = "".join(
        f'<tr><td class="when">{escape(line.when)}</td><td class="what">{escape(line.what)}</td>'
        f"<td>{escape(line.words)}</td></tr>"
        for line in chapter.lines
    )
    table = f"<h2>{escape(chapter.title)}</h2><table>{rows}</table>"
    if not chapter.distressing:
        return table
    warning = f'<strong class="warning">{escape(DISTRESSING)}</strong>'
    return f'<section class="warned"><h2>On the next pages</h2>{warning}</section>{table}'
