"""What the play did, counted from the registers themselves, for people and for programs."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Summary:
    """The outcome of the headless demo.

    Attributes:
        entered: worker sheets in the officer's register.
        submitted: submissions made, resubmissions included.
        flagged: persons sent to the police.
        checked: answers of the police in the officer's register.
        accepted, returned: decisions of the collecting office that reached the officer.
        unsent: changes left in any outbox.
        lost: changes the server acknowledged that another entitled device does not hold.
        converged: all three devices and the server hold the same state of what they share.
        seconds: wall time of the whole demo.
        failures: what did not hold, in words; empty when everything did.
    """

    entered: int
    submitted: int
    flagged: int
    checked: int
    accepted: int
    returned: int
    unsent: int
    lost: int
    converged: bool
    seconds: float
    failures: tuple[str, ...] = ()

    @property
    def held(self) -> bool:
        """Did everything hold?"""
        return not self.failures

    def as_json(self) -> str:
        """One line."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def as_table(self) -> str:
        """A table for a person."""
        rows = [
            ("Phiếu đã nhập (Mẫu 03)", str(self.entered)),
            ("Lượt nộp phiếu", str(self.submitted)),
            ("Người chuyển công an kiểm tra", str(self.flagged)),
            ("Công an đã trả lời", str(self.checked)),
            ("Nơi tiếp nhận đã nhận", str(self.accepted)),
            ("Nơi tiếp nhận trả lại", str(self.returned)),
            ("Thay đổi chưa gửi", str(self.unsent)),
            ("Thay đổi bị mất", str(self.lost)),
            ("Ba máy giữ cùng một dữ liệu", "đúng" if self.converged else "SAI"),
            ("Thời gian (giây)", f"{self.seconds:.1f}"),
        ]
        width = max(len(label) for label, _ in rows)
        lines = [f"  {label:<{width}}  {value:>6}" for label, value in rows]
        lines += [f"  KHÔNG ĐẠT: {failure}" for failure in self.failures]
        return "\n".join(lines)
