"""Every kind of step, in one table by name (docs/reference/record.md)."""

from collections.abc import Mapping
from types import MappingProxyType

from casework.errors import StepUnfitError
from casework.kinds_notes import NOTES
from casework.kinds_own import KINDS_OWN
from casework.kinds_people import PEOPLE
from casework.kinds_public import PUBLIC
from casework.kinds_restrictions import RESTRICTIONS
from casework.kinds_sharing import SHARING
from casework.kinds_threats import THREATS
from casework.step_rules import Kind

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        kind.name: kind
        for group in (PEOPLE, KINDS_OWN, THREATS, PUBLIC, RESTRICTIONS, SHARING, NOTES)
        for kind in group
    }
)


def kind_called(name: str) -> Kind:
    """The kind; raises StepUnfitError when there is none."""
    try:
        return KINDS[name]
    except KeyError:
        raise StepUnfitError(f"There is no such step; there are {', '.join(KINDS)}.") from None
