"""The form in which somebody says what they would like, as it was filled in."""

from dataclasses import dataclass

from casework.wish_words import MOST_OWN_WORDS, POLICE, WISHES, Wish, contradicts
from console.faults import Fault

NO_VIEW = "no-view"
SAY_SOMETHING = "Choose at least one, or say it in your own words"
NOT_BOTH = "Choose either to do nothing, or what should be done"
NOT_MIND_BOTH = "Choose either that you do not mind, or what you would like"
TOO_LONG = f"Use at most {MOST_OWN_WORDS:,} characters in your own words"


@dataclass(frozen=True, slots=True)
class Wished:
    """What was ticked and typed."""

    wants: tuple[str, ...]
    police: str
    own_words: str
    revision: str

    @property
    def mind(self) -> bool:
        """Whether they do mind."""
        return NO_VIEW not in self.wants

    @property
    def chosen(self) -> tuple[str, ...]:
        """The wishes that there are; whatever else was sent is dropped."""
        return tuple(one for one in self.wants if one in WISHES)

    def faults(self) -> list[Fault]:
        """What is wrong with it, for the form."""
        found = []
        view = self.police if self.police in POLICE else ""
        if not self.mind and (self.chosen or view or self.own_words.strip()):
            found.append(Fault("wants", NOT_MIND_BOTH))
        elif contradicts(self.chosen, self.police):
            found.append(Fault("wants", NOT_BOTH))
        elif self.mind and not (self.chosen or view or self.own_words.strip()):
            found.append(Fault("wants", SAY_SOMETHING))
        if len(self.own_words) > MOST_OWN_WORDS:
            found.append(Fault("own_words", TOO_LONG))
        return found

    def typed(self) -> dict[str, str]:
        """As the step takes it."""
        if not self.mind:
            return {"answer": NO_VIEW}
        police = self.police if self.police in POLICE else ""
        return {"answer": "view", "wish": Wish(self.chosen, police, self.own_words).text}
