"""What is said of a restriction: in the letter, and to the teams who answer; never its cause."""

from dataclasses import dataclass

from casework.cases import Case
from casework.errors import NoSuchIncidentError
from casework.kinds_restrictions import letter
from casework.kinds_sharing import notice
from console.step_options import told_of


@dataclass(frozen=True, slots=True)
class RestrictionWords:
    """The page of one restriction."""

    reference: str
    what: str
    letter: tuple[str, ...]
    notice: tuple[str, ...]


def restriction_words(case: Case, number: str) -> RestrictionWords:
    """Raises NoSuchIncidentError when there is no such restriction."""
    restriction = case.known.newest("restriction", number)
    if restriction is None:
        raise NoSuchIncidentError
    return RestrictionWords(
        reference=case.incident.reference,
        what=told_of(case, restriction),
        letter=letter(case.known, restriction),
        notice=notice(case.known, number),
    )
