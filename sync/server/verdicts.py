"""What became of the pushes inside one request, for the log and the figures: codes and counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sync.protocol.messages import Outcome, PushAnswer, Refusal


@dataclass(slots=True)
class Verdicts:
    """Counts of what was answered; a push that comes again is answered, and counted, again.

    Attributes:
        held: changes by why they are held (``Hold`` values).
        refused: whole pushes by the code of their refusal, of those that came inside something.
    """

    held: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def count(self, answer: PushAnswer | Refusal) -> None:
        """One more push was answered."""
        if isinstance(answer, Refusal):
            self.refused[answer.code.value] += 1
        else:
            self.held.update(one.why for one in answer.results if one.s is Outcome.HELD)
