"""The form of a fuzzed post: its text, and after lines of three hyphens what surrounds it."""

from records.post import Author, Context, Media, Post

PARTING = b"\n---\n"


def post_in(raw: bytes) -> Post:
    """The post in these bytes; what is no UTF-8 becomes a lone surrogate, as in damaged texts.

    In this order: text, title, parent text, link title, description of a picture.
    """
    texts = [part.decode("utf-8", "surrogateescape") for part in raw.split(PARTING, 4)]
    text, title, parent, link, alt = [*texts, "", "", "", ""][:5]
    return Post.model_construct(
        id="1",
        source="fuzz",
        text=text,
        author=Author(),
        context=Context.model_construct(title=title, parent_text=parent, link_title=link),
        media=(Media.model_construct(kind="image", alt=alt),) if alt else (),
    )
