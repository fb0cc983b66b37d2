"""A body of one's own, set up in the browser: guarded, kept as it goes, written whole."""

import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from namewatch.configuration import read_configuration
from namewatch.new_body import CODE_TRIES, NewBodyDesk
from namewatch.settings import read_settings
from tests.servers.mail import MailServer, make_certificate
from tests.servers.wizard import BODY, FAULTY, HOURS, ROLES, STAFF, answer_all, mail_at

Browse = Callable[..., TestClient]
START = "/set-up/new"
PLACES = ("", "/body", "/mail", "/people", "/roles", "/check", "/done", "/recovery-key.txt")


def post(client: TestClient, place: str, **words: object) -> int:
    return client.post(f"{START}{place}", data=words).status_code


# Who is let in.


def test_nothing_is_asked_or_shown_without_the_code(browse: Browse) -> None:
    client = browse()
    assert "Set-up code" in client.get(START).text
    for place in PLACES[1:]:
        answer = client.get(f"{START}{place}")
        assert (answer.status_code, answer.headers["location"]) == (303, START)
    assert client.post(f"{START}/body", data=BODY).headers["location"] == START


def test_a_wrong_code_lets_nobody_in(browse: Browse, new_body: NewBodyDesk) -> None:
    client = browse()
    answer = client.post(f"{START}/code", data={"code": "0000-0000"})
    assert answer.status_code == 400
    assert "This code is not right" in answer.text
    assert not answer.cookies


def test_a_code_is_good_once(browse: Browse, inside: TestClient, codes: list[str]) -> None:
    assert post(browse(), "/code", code=codes[-1]) == 400
    assert inside.get(f"{START}/body").status_code == 200


def test_a_code_is_used_up_by_wrong_ones(browse: Browse, codes: list[str]) -> None:
    client = browse()
    for _ in range(CODE_TRIES):
        assert post(client, "/code", code="1") == 400
    assert post(client, "/code", code=codes[-1]) == 400


def test_a_new_code_is_shown_in_the_terminal_alone(browse: Browse, codes: list[str]) -> None:
    client = browse()
    assert post(client, "/another-code") == 303
    assert len(codes) == 2
    assert codes[-1] not in client.get(START).text
    assert post(client, "/code", code=codes[0]) == 400
    assert post(client, "/code", code=codes[1]) == 303


@pytest.mark.parametrize("host", ["192.0.2.7", "2001:db8::7", "testclient"])
def test_from_another_machine_there_is_no_such_page(
    browse: Browse, codes: list[str], host: str
) -> None:
    client = browse(host)
    assert client.get(START).status_code == 404
    assert post(client, "/code", code=codes[-1]) == 404


def test_through_a_proxy_there_is_no_such_page(browse: Browse, codes: list[str]) -> None:
    client = browse()
    client.headers["x-forwarded-for"] = "192.0.2.7"
    assert client.get(START).status_code == 404
    assert post(client, "/code", code=codes[-1]) == 404


def test_a_console_that_does_not_practise_has_no_such_page(browse: Browse) -> None:
    for client in (browse(practice=False), browse(with_body=False)):
        for place in PLACES:
            assert client.get(f"{START}{place}").status_code == 404
        assert post(client, "/code", code="1") == 404


def test_once_a_body_is_set_up_no_answer_is_taken(
    inside: TestClient, new_body: NewBodyDesk
) -> None:
    answer_all(new_body, 2525)
    assert new_body.write() == []
    before = (new_body.home / "organisation.toml").read_bytes()
    for place in ("/body", "/mail", "/people", "/people/confirm", "/roles", "/check"):
        answer = inside.post(f"{START}{place}", data=BODY)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{START}/done")
    assert (new_body.home / "organisation.toml").read_bytes() == before


# The questions.


def test_a_form_that_is_wrong_comes_back_as_it_was_typed(inside: TestClient) -> None:
    answer = inside.post(f"{START}/body", data={"name": "", "domains": "https://shc.example/"})
    assert answer.status_code == 400
    assert "<title>Error: " in answer.text
    assert "Enter the full name of your body." in answer.text
    assert "without https://" in answer.text
    assert "https://shc.example/" in answer.text


@pytest.mark.parametrize(
    ("place", "typed", "says"),
    [
        ("/policy", {}, "Choose which policy"),
        ("/policy", {"policy": "own"}, "Choose the .toml file"),
        ("/hours", {"working_hours": "always", "time_zone": "Mars"}, "like Europe/London"),
        ("/hours", {"working_hours": "always", "time_zone": "Europe/London"}, "like Mon-Fri"),
        ("/mail", mail_at(0), "Enter the port"),
        ("/mail", mail_at(25, host=""), "Enter the name of your mail server"),
        ("/mail", mail_at(25, sender="us"), "address that alerts come from"),
        ("/mail", mail_at(25, username="nw"), "both a user name and a password"),
        ("/mail", mail_at(25, host="mail.shc.example"), "only allowed for a mail server on this"),
    ],
)
def test_each_mistake_is_told_in_a_sentence(
    inside: TestClient, place: str, typed: dict[str, str], says: str
) -> None:
    answer = inside.post(f"{START}{place}", data=typed)
    assert answer.status_code == 400
    assert says in answer.text


def test_nobody_is_given_a_role_before_there_are_people(
    inside: TestClient, new_body: NewBodyDesk
) -> None:
    answer = inside.post(f"{START}/roles", data={})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{START}/people")
    assert not new_body.keep("policy", {"policy": "spso"}, {})
    new_body.offer(STAFF.encode())
    people = new_body.offered()
    assert people
    assert new_body.confirm(people.stamp, "set-up")
    answer = inside.post(f"{START}/roles", data={})
    assert answer.status_code == 400
    assert "Choose who is the HR officer" in answer.text


def test_a_policy_of_ones_own_is_read_before_it_is_kept(inside: TestClient) -> None:
    bad = inside.post(
        f"{START}/policy", data={"policy": "own"}, files={"file": ("p.toml", b'name = "x"\n')}
    )
    assert bad.status_code == 400
    assert "This policy can&#39;t be used." in bad.text
    text = (Path(__file__).parents[3] / "policies" / "packs" / "wics.toml").read_bytes()
    own = text.replace(b'name = "wics"', b'name = "ours"')
    good = inside.post(f"{START}/policy", data={"policy": "own"}, files={"file": ("p.toml", own)})
    assert good.headers["location"] == f"{START}/hours"


def test_answers_outlast_browser_and_program(
    browse: Browse, inside: TestClient, codes: list[str], tmp_path: Path
) -> None:
    assert post(inside, "/body", **BODY) == 303
    assert post(inside, "/mail", **mail_at(2525, username="nw", password="secret-word")) == 303
    folder = tmp_path / "our-home.draft"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for file in folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    again = NewBodyDesk(tmp_path / "our-home", 8080, codes.append)
    assert again.answered() == {"body", "mail"}
    assert again.kept("body")["name"] == BODY["name"]


def test_a_password_is_never_shown_again_and_kept_when_left_empty(
    inside: TestClient, new_body: NewBodyDesk
) -> None:
    typed = mail_at(2525, username="nw", password="secret-word")
    assert post(inside, "/mail", **typed) == 303
    for place in ("/mail", "/check"):
        assert "secret-word" not in inside.get(f"{START}{place}").text
    assert post(inside, "/mail", **(typed | {"password": "", "port": "2526"})) == 303
    wrong = inside.post(f"{START}/mail", data=typed | {"port": "x"})
    assert "secret-word" not in wrong.text
    answer_all(new_body, 2525)
    for password in ("secret-word", ""):
        new_body.keep("mail", typed | {"password": password}, {})
    new_body.write()
    assert 'password = "secret-word"' in (new_body.home / "settings.toml").read_text("utf-8")


def test_a_password_is_not_taken_to_another_server(inside: TestClient) -> None:
    typed = mail_at(2525, username="nw", password="secret-word")
    assert post(inside, "/mail", **typed) == 303
    assert post(inside, "/mail", **(typed | {"password": "", "host": "localhost"})) == 400


# Trying the mail server.


def test_trying_signs_in_over_a_checked_connection_and_sends_nothing(
    inside: TestClient, tmp_path: Path
) -> None:
    certificate = make_certificate(tmp_path)
    with MailServer(
        tls="starttls", certificate=certificate, passwords={"nw": "secret-word"}
    ) as server:
        typed = mail_at(server.port, tls="starttls", username="nw", password="secret-word")

        untrusted = inside.post(f"{START}/mail", data={**typed, "action": "try"})
        assert untrusted.headers["location"] == f"{START}/mail"
        assert "is not trusted" in inside.get(f"{START}/mail").text

        files = {"ca_file": ("ca.pem", certificate.file.read_bytes())}
        inside.post(f"{START}/mail", data={**typed, "action": "try"}, files=files)
        assert "It works" in inside.get(f"{START}/mail").text

        inside.post(f"{START}/mail", data={**typed, "password": "wrong", "action": "try"})
        assert "refuses the user name or the password" in inside.get(f"{START}/mail").text
        assert not server.mails


def test_trying_never_falls_back_to_an_unsecured_connection(inside: TestClient) -> None:
    with MailServer(passwords={"nw": "secret-word"}) as server:
        typed = mail_at(server.port, tls="starttls", username="nw", password="secret-word")
        inside.post(f"{START}/mail", data={**typed, "action": "try"})
        page = inside.get(f"{START}/mail").text
    assert "could not be used" in page
    assert "It works" not in page


# People and roles.


def hand_in(client: TestClient, text: str) -> str:
    files = {"file": ("staff.csv", text.encode())}
    assert client.post(f"{START}/people", files=files).status_code == 303
    return client.get(f"{START}/people").text


def stamp_in(page: str) -> str:
    found = re.search(r'name="stamp" value="([0-9a-f]+)"', page)
    assert found
    return found[1]


def test_a_list_with_faults_says_what_is_wrong_on_which_line_and_keeps_nothing(
    inside: TestClient, new_body: NewBodyDesk
) -> None:
    page = hand_in(inside, FAULTY)
    for words in (
        "Line 3",
        "full_name is empty",
        "Line 4",
        "nobody@shc.example of h3 is not in the roster",
        "go round in a circle",
    ):
        assert words in page
    assert "Keep this list" not in page
    assert new_body.count() == 0
    assert inside.post(f"{START}/people/confirm", data={"stamp": ""}).status_code == 400


def test_nothing_is_kept_until_it_is_confirmed(inside: TestClient, new_body: NewBodyDesk) -> None:
    page = hand_in(inside, STAFF)
    assert "New: 6" in page
    assert "Fearchar Hope (h6)" in page
    assert new_body.count() == 0
    assert post(inside, "/people/confirm", stamp=stamp_in(page)) == 303
    assert new_body.count() == 6


def test_another_list_than_the_one_that_was_shown_is_not_confirmed(
    inside: TestClient, new_body: NewBodyDesk
) -> None:
    shown = stamp_in(hand_in(inside, STAFF))
    hand_in(inside, STAFF.replace("Fearchar Hope", "Grace Hope"))
    answer = inside.post(f"{START}/people/confirm", data={"stamp": shown})
    assert answer.status_code == 400
    assert "This is another list than the one you looked at" in answer.text
    assert new_body.count() == 0


def test_the_template_can_be_downloaded(inside: TestClient) -> None:
    answer = inside.get(f"{START}/people/template.csv")
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.text.startswith("staff_id,full_name,known_as,")


def test_whoever_seems_to_hold_a_role_is_proposed(
    inside: TestClient, new_body: NewBodyDesk
) -> None:
    page = hand_in(inside, STAFF)
    post(inside, "/people/confirm", stamp=stamp_in(page))
    proposed = {one.role: one.holders for one in new_body.seats()}
    assert proposed["head_of_body"] == ("h1",)
    assert proposed["hr_officer"] == ("h4",)
    assert proposed["communications_manager"] == ("h3",)
    assert proposed["leadership_team"] == ()


def test_roles_that_cannot_be_are_refused(inside: TestClient, new_body: NewBodyDesk) -> None:
    without_mail = STAFF.replace("dermid@shc.example", "")
    post(inside, "/people/confirm", stamp=stamp_in(hand_in(inside, without_mail)))
    answer = inside.post(f"{START}/roles", data={**ROLES, "role-it": "", "role-head_of_body": "h2"})
    assert answer.status_code == 400
    for words in (
        "Dermid Fashnacloich has no e-mail address",
        "Choose who looks after namewatch itself",
        "Ailsa Corriemuir has no line manager",
    ):
        assert words in answer.text
    assert "roles" not in new_body.answered()


def test_one_person_in_two_roles_is_allowed_and_pointed_out(
    inside: TestClient, new_body: NewBodyDesk
) -> None:
    post(inside, "/people/confirm", stamp=stamp_in(hand_in(inside, STAFF)))
    assert post(inside, "/roles", **(ROLES | {"role-hr_officer": "h3"})) == 303
    assert any("Catriona Elrigside has 2 roles" in one for one in new_body.doubts())
    assert any("Nobody stands in for" in one for one in new_body.doubts())


# The folder.


def test_a_folder_is_written_only_when_everything_is_answered(inside: TestClient) -> None:
    post(inside, "/body", **BODY)
    answer = inside.post(f"{START}/check")
    assert answer.status_code == 400
    assert "Choose a policy." in answer.text


def test_the_folder_is_such_as_init_writes(inside: TestClient, new_body: NewBodyDesk) -> None:
    answer_all(new_body, 2525)
    assert inside.post(f"{START}/check").headers["location"] == f"{START}/done"
    home = new_body.home
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert sorted(one.name for one in home.iterdir()) == [
        "keys",
        "organisation.toml",
        "roster.csv",
        "settings.toml",
    ]
    for file in home.glob("*.*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    settings = read_settings(home)
    held = read_configuration(settings)
    assert held.organisation.short_names == ("SHC", "the Harbour Commissioner")
    assert held.organisation.context_terms == ("complaint", "decision letter")
    assert held.organisation.roles["it"] == ("h6",)
    assert held.roster["h3"].line_manager == "h2"
    assert settings.alarms_to == ("h6",)
    assert settings.mail
    assert settings.mail.sender == "nw@shc.example"
    assert not new_body.home.with_name("our-home.draft").exists(), "the draft held a password"


def test_hostile_words_stay_words_in_the_files(new_body: NewBodyDesk) -> None:
    answer_all(new_body, 2525)
    name = "A \"body\"\\ 'x' ]] # [roles] \x7f é"
    assert not new_body.keep("body", {**BODY, "name": name}, {})
    assert new_body.write() == []
    assert read_configuration(read_settings(new_body.home)).organisation.name == name


def test_roles_of_people_who_are_gone_by_now_stop_the_folder_from_being_written(
    inside: TestClient, new_body: NewBodyDesk
) -> None:
    answer_all(new_body, 2525)
    page = hand_in(inside, "\n".join(STAFF.splitlines()[:-1]) + "\n")
    post(inside, "/people/confirm", stamp=stamp_in(page))
    answer = inside.post(f"{START}/check")
    assert answer.status_code == 400
    assert "h6 in the role it is not in the roster" in answer.text
    assert not new_body.home.exists()


def test_the_recovery_key_is_shown_until_somebody_has_it_on_paper(
    inside: TestClient, new_body: NewBodyDesk
) -> None:
    answer_all(new_body, 2525)
    inside.post(f"{START}/check")
    key = new_body.recovery_key()
    assert key.startswith("AGE-SECRET-KEY-")
    assert key in inside.get(f"{START}/done").text
    assert inside.get(f"{START}/recovery-key.txt").text.strip() == key
    assert inside.post(f"{START}/begin").headers["location"] == f"{START}/done"
    assert not new_body.wanted.is_set(), "the key would be lost"

    assert post(inside, "/key-is-safe") == 303
    assert key not in inside.get(f"{START}/done").text
    assert inside.get(f"{START}/recovery-key.txt").status_code == 404
    everywhere = b"".join(one.read_bytes() for one in new_body.home.rglob("*") if one.is_file())
    assert key.encode() not in everywhere

    assert inside.post(f"{START}/begin").status_code == 200
    assert new_body.wanted.is_set()


def test_a_folder_that_holds_something_else_is_left_alone(
    inside: TestClient, new_body: NewBodyDesk
) -> None:
    answer_all(new_body, 2525)
    new_body.home.mkdir()
    (new_body.home / "letters.txt").write_text("dear all", "utf-8")
    answer = inside.post(f"{START}/check")
    assert answer.status_code == 400
    assert "The folder can&#39;t be written" in answer.text
    assert [one.name for one in new_body.home.iterdir()] == ["letters.txt"]


def test_answers_are_kept_in_hours_and_policy_too(inside: TestClient) -> None:
    assert inside.post(f"{START}/hours", data=HOURS).headers["location"] == f"{START}/mail"
    page = inside.get(f"{START}/hours").text
    assert HOURS["working_hours"] in page
