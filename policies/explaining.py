"""A policy pack in plain English, for the people who have to agree with it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from policies.clauses import SILENT
from policies.pack import Pack
from policies.severity import conditions_of
from policies.tables import Decision
from records.working_time import TimeLimit

_ABOUT = {
    Decision.POLICE: "whether the police are told of a threat",
    Decision.REMOVAL: "whether a platform is asked to remove a post",
    Decision.RESTRICTION: "on restricting somebody's contact",
    Decision.TERMINATION: "on ending all contact",
    Decision.LEADERSHIP_SHARING: "on sharing an incident with the leadership",
    Decision.PERSONAL_RECORD: "whether anything enters the person's own file",
    Decision.CASEWORK_USE: "on using the evidence in casework",
    Decision.COMPLAINT_MISUSE: "that a complaint route is being misused",
    Decision.RETENTION: "on erasing a record or keeping it longer",
    Decision.BLOCK: "on blocking an account",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A heading, and the sentences under it."""

    title: str
    sentences: tuple[str, ...]


def explained(pack: Pack) -> Iterator[Part]:
    """The whole pack, part by part."""
    for title, sentences in (
        ("Who is told that somebody has been named", _alerting(pack)),
        ("When nobody answers", _escalating(pack)),
        ("Quiet hours", _quiet(pack)),
        ("Who tells the person", _telling(pack)),
        ("Who decides", _deciding(pack)),
        ("The police", _police(pack)),
        ("Restricting contact", _restrictions(pack)),
        ("The register", _register(pack)),
        ("How long records are kept", _retention(pack)),
        ("What is found, and what follows", _severity(pack)),
    ):
        yield Part(title, tuple(sentences))


def in_words(limit: TimeLimit) -> str:
    """A time limit as people say it."""
    if limit.days:
        return f"by the end of the {'next' if limit.days == 1 else f'{limit.days}th'} working day"
    minutes = limit.span.total_seconds() / 60
    amount, unit = (minutes / 60, "hour") if minutes >= 60 else (minutes, "minute")  # noqa: PLR2004
    kind = "working " if limit.working else ""
    when = "" if limit.working else ", at any hour of any day"
    return f"within {amount:g} {kind}{unit}{'' if amount == 1 else 's'}{when}"


def _alerting(pack: Pack) -> Iterator[str]:
    rules, title = pack.alerting, pack.role_title
    told = _list(pack, rules.recipients, "and")
    verb = "are" if len(rules.recipients) > 1 else "is"
    yield f"{_capital(told)} {verb} told{_by(rules.clause)}."
    yield f"Whoever is away is replaced by the {title(rules.when_absent)}, who is told once."
    yield (
        "Nobody is told who is named, named alongside or in conflict."
        f" {_stand_ins(pack)} steps in; if nobody is left, whoever runs namewatch gets an alarm"
        " that says nothing of the content."
    )
    yield (
        "A threat to the body, or to somebody who can't be told from another, goes to"
        f" {_list(pack, rules.nobody_named, 'and')}, and to no line manager."
    )
    yield (
        "The mail may carry the post's address, last, under a plain warning."
        if rules.page_link
        else "No mail carries the post's address; it stands behind sign-in."
    )


def _stand_ins(pack: Pack) -> str:
    own = [
        f"for the {pack.role_title(place)} the {_then(pack, chain)}"
        for place, chain in pack.alerting.fallback.items()
        if chain
    ]
    resort = pack.alerting.last_resort
    last = f"the {_then(pack, resort)}" if resort else "nobody"
    return _capital("; ".join([*own, f"then {last}"] if own else [last]))


def _escalating(pack: Pack) -> Iterator[str]:
    for severity, limit in pack.escalating.within.items():
        yield f"{severity.capitalize()}: to be acknowledged {in_words(limit)}."
    yield (
        f"Otherwise the {_then(pack, pack.escalating.chain)} is told, and those told before are"
        f" reminded{_by(pack.escalating.clause)}. After {pack.escalating.give_up_after} more"
        " reminders there is an alarm."
    )


def _quiet(pack: Pack) -> Iterator[str]:
    rules = pack.quiet
    waits = " or ".join(rules.waits)
    yield (
        f"While quiet_hours of organisation.toml last, an alert that is of {waits} alone waits;"
        f" nothing else does, and no threat ever{_by(rules.clause)}."
        if waits
        else f"Nothing waits, at any hour{_by(rules.clause)}."
    )


def _telling(pack: Pack) -> Iterator[str]:
    telling = pack.telling
    yield (
        f"The first of these who is there: {_list(pack, telling.chain)}; in private,"
        f" {in_words(telling.within)}{_by(telling.clause)}. No machine tells them."
    )


def _deciding(pack: Pack) -> Iterator[str]:
    for decision, roles in pack.deciding.items():
        together = decision == Decision.PERSONAL_RECORD and len(roles) > 1
        who = _list(pack, roles, "and" if together else "or")
        clause = _by(pack.deciding_clauses[decision])
        verb = "decide" if together else "decides"
        yield f"{_capital(who)} {verb} {_ABOUT[decision]}{clause}."
    yield "Nobody decides who is named in the incident, named alongside or in conflict with it."


def _police(pack: Pack) -> Iterator[str]:
    clause = _by(pack.police.clause)
    if pack.police.rule == "always":
        yield f"Physical violence that is used or threatened is always reported{clause}."
    else:
        yield (
            "Whether a threat is reported is a matter of judgement: a manager decides and gives"
            f" reasons, never the person threatened alone{clause}."
        )
    asked = pack.police.witness_statements == "asked"
    yield f"Witnesses {'are asked to' if asked else 'may'} write down what they saw."


def _restrictions(pack: Pack) -> Iterator[str]:
    rules = pack.restrictions
    yield f"From the least restrictive to the most{_by(rules.clause)}:"
    yield from (f"  {kind.title}{_by(kind.clause)}." for kind in rules.kinds)
    if rules.appeal:
        ended = "" if rules.termination_appeal else ", but not against the ending of all contact"
        yield f"An appeal goes to {_list(pack, rules.appeal)}, never to whoever decided{ended}."
    else:
        yield "There is no appeal."
    if rules.representations:
        yield (
            f"Representations go to {_list(pack, rules.representations_to)}, but not against the"
            " ending of all contact."
        )
    if rules.termination_recommended_by:
        roles = _list(pack, rules.termination_recommended_by)
        yield f"Ending all contact has to be recommended by {roles}."
    if rules.reconsider_after:
        yield f"After {rules.reconsider_after} it is considered whether behaviour has moderated."
    yield f"Every decision names the right to complain to the {rules.complain_to}."


def _register(pack: Pack) -> Iterator[str]:
    custody, leadership, personal = pack.custody, pack.leadership, pack.personal_record
    title = pack.role_title
    yield (
        f"The {title(custody.custodian)} keeps it in confidence{_by(custody.clause)}; if they are"
        f" named or in conflict, the {title(custody.deputy)} does."
    )
    yield (
        f"The {title(leadership.shared_by)} shares incidents with the {title(leadership.told)}"
        f"{_by(leadership.clause)}; nothing is sent by itself."
    )
    yield (
        f"Unless so decided by {_list(pack, personal.deciders, 'and')}, nothing enters the"
        f" person's own file{_by(personal.clause)}."
    )
    for role, left in pack.left_open.items():
        yield (
            f"The policy leaves open who is the {left.title}: name somebody as {role} in"
            f" organisation.toml. Until then it is the {title(left.meanwhile)}."
        )


def _retention(pack: Pack) -> Iterator[str]:
    rules = pack.retention
    yield f"The record: {rules.closed_record} from closing{_by(rules.clause)}."
    yield f"Distressing evidence: {rules.evidence} from closing."
    yield f"A restriction: {rules.restriction} from its end."
    yield "Then somebody decides: erase, or extend with a reason. Nothing happens by itself."


def _severity(pack: Pack) -> Iterator[str]:
    does = {"alert": "alert at once", "review": "to be looked at", "ignore": "nothing is kept"}
    for rule in pack.severity_rules:
        conditions = " and ".join(conditions_of(rule))
        follows = f"{rule.severity}, {does[rule.disposition]}{_by(rule.clause)}."
        yield f"If {conditions}: {follows}" if conditions else f"All else: {follows}"


def _by(clause: str) -> str:
    if not clause:
        return ""
    return " (the policy is silent; our default)" if clause == SILENT else f" ({clause})"


def _capital(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]


def _list(pack: Pack, roles: Iterable[str], word: str = "or") -> str:
    named = [f"the {pack.role_title(role)}" for role in roles]
    return f" {word} ".join([", ".join(named[:-1]), named[-1]]) if len(named) > 1 else named[0]


def _then(pack: Pack, roles: Iterable[str]) -> str:
    return ", then the ".join(pack.role_title(role) for role in roles)
