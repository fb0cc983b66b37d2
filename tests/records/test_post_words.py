"""Half a character, which some platforms send, keeps no post from being kept."""

from records.post import Author, Context, Media, Post

HALF = "I know where \ud800 she lives"
MENDED = "I know where \ufffd she lives"


def test_a_post_with_half_a_character_anywhere_can_be_written_and_read_back() -> None:
    post = Post(
        id=HALF,
        source="youtube",
        text=HALF,
        url=HALF,
        author=Author(id=HALF, handle=HALF, name=HALF),
        context=Context(title=HALF, parent_text=HALF),
        media=(Media(alt=HALF),),
    )
    assert Post.model_validate_json(post.model_dump_json()) == post
    assert (post.id, post.text, post.author.name, post.media[0].alt) == (MENDED,) * 4


def test_every_other_character_stays_as_it_is() -> None:
    for text in ("plain", "Ó Briain", "\U0001f468\u200d\U0001f469", "a\x00b", "\uffff"):
        assert Post(id="1", source="x", text=text).text == text
