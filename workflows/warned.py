"""Who goes on after a warning is taken more seriously (SPSO 30)."""

from dataclasses import replace

from sqlmodel import Session

from casework.earlier import after_a_warning, was_warned
from workflows.changes import author_key_of
from workflows.mentions import Hit
from workflows.services import Services


def graver_after_a_warning(session: Session, held: Services, hit: Hit) -> Hit:
    """`hit`, its severity raised when its author was warned before."""
    post, finding = hit.received.post, hit.finding
    severity = after_a_warning(finding.severity)
    author = author_key_of(held, post.source, post.author.id)
    if severity == finding.severity or not was_warned(session, author):
        return hit
    return replace(hit, finding=finding.model_copy(update={"severity": severity}))
