"""The clauses of the two policies that are shipped, as their texts number them."""

SILENT = "default"
"""Cited where the policy is silent and a default has been decided (docs/reference)."""

_PARTS = {
    1: 6,
    7: 2,
    21: 5,
    31: 4,
    41: 3,
    47: 3,
    56: 5,
    61: 4,
    62: 3,
    66: 2,
    67: 1,
}
"""SPSO: the paragraphs that have numbered parts, and how many."""
_SPSO = frozenset(
    {
        *(f"SPSO {number}" for number in range(1, 72)),
        *(f"SPSO {number}.{part + 1}" for number, parts in _PARTS.items() for part in range(parts)),
    }
)
_PARAGRAPHS = {
    "Introduction": 3,
    "Positive": 0,
    "Restorative": 2,
    "Active": 5,
    "Protect": 2,
    "Phone": 2,
    "Written": 2,
    "Online": 0,
    "Terminating": 2,
    "Limitations": 3,
    "Informing": 0,
    "Organisation": 0,
    "Prevent": 3,
    "Types": 2,
    "Aggressive": 4,
    "Demands": 0,
    "Persistence": 0,
    "Staff": 0,
    "Comm-Decisions": 0,
    "Comm-Term": 3,
    "Record": 1,
    "Named": 5,
    "Record-kinds": 0,
    "Retention": 0,
    "Termination record": 0,
}
"""WICS numbers nothing: its sections, and their paragraphs in order."""
_WICS = frozenset(
    {
        *(f"WICS {section}" for section in _PARAGRAPHS),
        *(
            f"WICS {section} ¶{paragraph + 1}"
            for section, paragraphs in _PARAGRAPHS.items()
            for paragraph in range(paragraphs)
        ),
    }
)
KNOWN = _SPSO | _WICS


def is_known(clause: str, pack: str) -> bool:
    """Whether `clause` may be cited by the pack of this name.

    Clauses of the shipped policies have to be there; every other policy numbers its own clauses as
    it likes, after its pack's name in capitals ("ABC 12").
    """
    if clause == SILENT or clause in KNOWN:
        return True
    own = f"{pack.upper()} "
    return own not in ("SPSO ", "WICS ") and clause.startswith(own) and len(clause) > len(own)
