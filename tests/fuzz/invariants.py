"""What must hold of every finding, whatever the post."""

from records.finding import Finding
from records.post import Post, readable
from records.roster import Roster


def texts(post: Post) -> dict[str, list[str]]:
    """For each field of a finding the texts that its offsets may point into."""
    around = post.context
    surrounding = (
        around.parent_text, around.root_text, around.quoted_text, around.link_title,
    )  # fmt: skip
    return {
        "text": [readable(post.text)],
        "title": [readable(around.title or "")],
        "context": [readable(text) for text in surrounding if text],
        "image": [readable(picture.alt) for picture in post.media if picture.alt],
    }


def check(post: Post, finding: Finding, roster: Roster) -> None:
    """Offsets point at what they say, only staff are named, and the finding survives JSON."""
    fields = texts(post)
    for match in finding.staff:
        assert match.staff_id in roster
        assert 0 <= match.start < match.end
        assert match.surface in [text[match.start : match.end] for text in fields[match.field]]
    for concern in finding.concerns:
        assert 0 < concern.score <= 1
        assert 0 <= concern.start < concern.end
        assert concern.end <= max(len(text) for text in fields[concern.field])
    line = finding.model_dump_json()
    assert "\n" not in line
    line.encode()
    assert Finding.model_validate_json(line) == finding
