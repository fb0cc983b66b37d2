"""What a day has cost so far, whoever has spent it: one running total for each credential."""

from datetime import UTC, date, datetime

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel

from records.columns import moment


class DayTotal(SQLModel, table=True):
    """One running total; whoever counts holds the row alone while it changes."""

    __tablename__ = "day_total"

    what: str = Field(primary_key=True)
    """What is counted, and a hash of the credential under which the platform counts it."""
    day: date = Field(primary_key=True)
    """In the time zone of the platform's bill."""
    used: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    held: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    """Set aside for requests that have not been answered yet, and can't be used by others."""
    held_until: datetime = Field(default=datetime.min.replace(tzinfo=UTC), sa_column=moment())
    """After that, whoever held it has died, and nobody knows what was used: all of it counts."""

    def left(self, cap: int) -> int:
        """What may still be taken or held."""
        return max(cap - self.used - self.held, 0)

    def take(self, amount: int, cap: int) -> bool:
        """Use it up, if so much is left."""
        granted = amount <= self.left(cap)
        self.used += amount * granted
        return granted

    def hold(self, amount: int, until: datetime) -> None:
        """Set aside."""
        self.held += amount
        self.held_until = max(self.held_until, until)

    def settle(self, held: int, used: int) -> None:
        """Give back what was held, and count what was used of it."""
        if held <= self.held:
            self.held -= held
        else:  # the answer came so late that what was held has been counted
            self.used -= held
        self.used += used

    def give_up_waiting(self, now: datetime) -> None:
        """Count what was held by those who have died."""
        if self.held and now > self.held_until:
            self.used, self.held = self.used + self.held, 0
