"""What a source asks to be remembered is remembered at once, posts or not."""

from monitors.source import Reached, Received
from records.post import Post
from tests.workflows.conftest import Office


def test_a_place_reached_without_a_post_is_kept_at_once(office: Office) -> None:
    quiet = Post(id="p1", source="practice", text="Rain all day.")
    office.watch.take("practice", [Received(quiet, b"{}", "1")])
    office.watch.take("practice", [Reached("2")])
    office.watch.take("practice", [Reached("3")])
    assert office.watch.cursor("practice") == "3"
    assert office.mentions() == []
