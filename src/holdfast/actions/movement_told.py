"""A movement of a controlled drug as somebody tells it."""

from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from holdfast.actions.second_person import Present, SecondProof
from holdfast.actions.signatures import ReauthenticationProof
from holdfast.domain.movements import Kind


@dataclass(frozen=True, kw_only=True)
class NewContainer:
    """What the label of a container says that is received for the first time."""

    code: str
    part: str  # bottle | initial | supplement
    size: int
    use_by: date
    product: str
    kit_number: str = ""
    lot: str = ""
    nominal_mg: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class MovementTold:
    """One movement as somebody tells it. Ids name what is known; ``capsules`` is text like ``1-3,7``.

    ``happened``: it has happened, and is to be recorded though it should not have.
    """

    kind: Kind
    container: UUID | NewContainer
    capsules: str
    at: datetime
    from_place: UUID | None = None
    from_holder: UUID | None = None
    to_place: UUID | None = None
    to_holder: UUID | None = None
    enrollment: UUID | None = None
    session: UUID | None = None
    visit: str = ""
    dose: str = ""
    order: UUID | None = None
    seal: str = ""
    document_sha256: str = ""
    document_words: str = ""
    words: str = ""
    reason: str = ""
    minutes: int | None = None
    corrects: UUID | None = None
    correction_reason: str = ""
    came: str = "page"
    happened: bool = False
    emergency: str = ""
    signed_paper: UUID | None = None
    entered_at: datetime | None = None

    def told(self) -> dict[str, Any]:
        """The content of an entry, by which it is known when it comes again."""
        found = {each.name: getattr(self, each.name) for each in fields(self)}
        new = self.container
        found["container"] = asdict(new) if isinstance(new, NewContainer) else new
        return found | {"kind": self.kind.value}

    def present(self, second: SecondProof | None, proof: ReauthenticationProof | None) -> Present:
        """Who is there."""
        return Present(
            proof=proof,
            second=second,
            emergency=self.emergency,
            signed_paper=self.signed_paper,
            entered_at=self.entered_at,
        )
