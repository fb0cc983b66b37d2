import pytest

from evidence.grade import Seen, judge, stands_there

POST = "You will regret what you did to us 😡 see https://a.example/1 you had your chance"
ASKED = "https://social.example/@alice/1"


def _seen(words: str = "", **more: object) -> Seen:
    return Seen(**{"asked": ASKED, "address": ASKED, "status": 200, "words": words, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seen", "grade"),
    [
        (_seen("Alice\nYou will regret what you\ndid to us   you had your chance"), "complete"),
        (_seen("Log in", address="https://social.example/login?next=1"), "login wall"),
        (_seen("Log in to continue to Example"), "login wall"),
        (_seen("Welcome back", asks_for_password=True), "login wall"),
        (_seen("Sorry", status=401), "login wall"),
        (_seen("This post was deleted by its author."), "gone"),
        (_seen("Hmm. This page doesn\u2019t exist. Try searching."), "gone"),
        (_seen("", title="Page not found · Example"), "gone"),
        (_seen("Nothing", status=404), "gone"),
        (_seen("Nothing", status=410), "gone"),
        (_seen("", title="Just a moment..."), "blocked"),
        (_seen("Verify you are human", status=403), "blocked"),
        (_seen("No", status=403), "blocked"),
        (_seen("No", status=429), "blocked"),
        (_seen("No", status=451), "blocked"),
        (_seen("Oh", status=500), "failed"),
        (_seen("Something else entirely stands here"), "partial"),
        (_seen(POST, status=404), "partial"),
    ],
)
def test_a_page_is_graded_by_what_it_turned_out_to_be(seen: Seen, grade: str) -> None:
    got, why = judge(seen, POST)
    assert got == grade
    assert (why == "") == (grade == "complete")
    assert "example" not in why


@pytest.mark.parametrize(
    ("words", "text"),
    [
        # The post itself speaks of deleting, and of signing in.
        ("They said this post was deleted but it was not", "this post was deleted but it was not"),
        ("Bob: You must log in to see what they hide", "You must log in to see what they hide"),
        # Replies below the post do.
        (POST + "\n[this comment was deleted]\nPlease log in to reply", POST),
        # A long page speaks of many things, and nothing is known of the post's words.
        ("A forum. " * 300 + "This post was deleted.", ""),
    ],
)
def test_a_page_that_only_speaks_of_deleting_is_not_gone(words: str, text: str) -> None:
    assert judge(_seen(words), text) == ("complete", "")


def test_without_words_to_look_for_a_page_that_shows_no_sign_counts() -> None:
    assert judge(_seen("A page"), "") == ("complete", "")
    assert judge(_seen("A page"), "😡😡 @bob #x") == ("complete", "")


def test_a_password_field_beside_the_post_is_no_wall() -> None:
    assert judge(_seen(POST, asks_for_password=True), POST) == ("complete", "")


def test_words_are_found_whatever_the_page_made_of_them() -> None:
    shown = "YOU WILL REGRET\nwhat you did — to us"
    assert stands_there(POST, shown) is True
    assert stands_there(POST, "something else") is False
    assert stands_there("hi", "hi") is None
