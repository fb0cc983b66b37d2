"""What somebody who was named may wish for, in words that stand sealed like all words of people."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

WISHES: Mapping[str, str] = MappingProxyType(
    {
        "take-down": "Ask for the post to be taken down",
        "name-out": "Ask for my name to be taken out",
        "reassign": "Give the case to somebody else",
        "senior-name": "Send letters in my manager's name, not mine",
        "no-contact": "I want no more contact with this person",
        "talk": "I would like to talk to somebody about it",
        "counselling": "I would like support, such as counselling",
        "time-away": "I would like some time away",
        "nothing": "Do nothing about it",
    }
)
"""Code and words; what is done about each is for others to decide and to record."""
ALONE = "nothing"
"""The wish that stands alone."""
POLICE: Mapping[str, str] = MappingProxyType(
    {
        "for": "I would like the police to be told",
        "against": "I would not like the police to be told",
    }
)
MOST_OWN_WORDS = 3000


@dataclass(frozen=True, slots=True)
class Wish:
    """Chosen wishes, a view on telling the police, and somebody's own words."""

    chosen: tuple[str, ...] = ()
    police: str = ""
    own_words: str = ""

    @property
    def text(self) -> str:
        """As it is kept: a line for each, then the own words."""
        lines = [words for code, words in WISHES.items() if code in self.chosen]
        lines += [POLICE[self.police]] if self.police else []
        return "\n\n".join(part for part in ("\n".join(lines), self.own_words.strip()) if part)


def wish_of(text: str) -> Wish:
    """Read back what was kept, whoever wrote it: unknown lines are somebody's own words."""
    codes = {words: code for code, words in WISHES.items()}
    views = {words: code for code, words in POLICE.items()}
    first, _, rest = text.partition("\n\n")
    lines = first.split("\n")
    if not all(one in codes or one in views for one in lines):
        return Wish(own_words=text)
    chosen = tuple(codes[one] for one in lines if one in codes)
    police = next((views[one] for one in lines if one in views), "")
    return Wish(chosen, police, rest)


def contradicts(chosen: Collection[str], police: str) -> bool:
    """Whether nothing is asked for together with something."""
    return ALONE in chosen and (len(chosen) > 1 or police == "for")
