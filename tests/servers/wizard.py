"""What somebody types into set-up: an invented body, its staff, and faults to find."""

from namewatch.new_body import NewBodyDesk

BODY = {
    "name": "Scottish Harbour Commissioner",
    "short_names": "SHC\nthe Harbour Commissioner",
    "domains": "shc.example",
    "context_terms": "complaint, decision letter",
}
HOURS = {"working_hours": "Mon-Sun 00:00-23:59", "time_zone": "Europe/London"}
HEADER = "staff_id,full_name,role_title,email,line_manager\n"
STAFF = (
    HEADER + "h1,Ailsa Corriemuir,Commissioner,ailsa@shc.example,\n"
    "h2,Bran Dalwhannoch,Director,bran@shc.example,h1\n"
    "h3,Catriona Elrigside,Communications Manager,catriona@shc.example,bran@shc.example\n"
    "h4,Dermid Fashnacloich,HR Officer,dermid@shc.example,h2\n"
    "h5,Eilidh Garvamore,Case Officer,eilidh@shc.example,h2\n"
    "h6,Fearchar Hope,IT Officer,fearchar@shc.example,h2\n"
)
FAULTY = (
    HEADER + "h1,Ailsa Corriemuir,Commissioner,ailsa@shc.example,\n"
    "h2,,Director,bran@shc.example,h1\n"
    "h3,Catriona Elrigside,Communications Manager,catriona@shc.example,nobody@shc.example\n"
    "h4,Dermid Fashnacloich,HR Officer,dermid@shc.example,h5\n"
    "h5,Eilidh Garvamore,Case Officer,eilidh@shc.example,h4\n"
)
ROLES = {
    "role-hr_officer": "h4",
    "role-communications_manager": "h3",
    "role-director": "h2",
    "role-head_of_body": "h1",
    "role-it": "h6",
    "role-leadership_team": ["h1", "h2"],
}


def mail_at(port: int, **more: str) -> dict[str, str]:
    """A mail server on this machine."""
    plain = {"host": "127.0.0.1", "port": str(port), "tls": "none", "sender": "nw@shc.example"}
    return {**plain, **more}


def answer_all(desk: NewBodyDesk, mail_port: int) -> None:
    """Answer the six questions as the pages would."""
    for question, typed in (
        ("body", BODY),
        ("policy", {"policy": "spso"}),
        ("hours", HOURS),
        ("mail", mail_at(mail_port)),
    ):
        assert not desk.keep(question, typed, {})
    desk.offer(STAFF.encode())
    people = desk.offered()
    assert people
    assert desk.confirm(people.stamp, "set-up")
    chosen = {
        name.removeprefix("role-"): (held,) if isinstance(held, str) else tuple(held)
        for name, held in ROLES.items()
    }
    assert not desk.give(chosen, "set-up")
