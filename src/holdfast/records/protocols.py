"""Under which version of its protocol an enrollment stands: as opened, or as amended since."""

from collections.abc import Iterable
from uuid import UUID

from holdfast.definitions import protocols
from holdfast.domain.protocol import ProtocolVersion
from holdfast.records.care import Enrollment, ProtocolBound
from holdfast.records.course import Amended
from holdfast.records.prepared import Prepared


class ProtocolChanged(RuntimeError):
    """The file of a released protocol version is not the one an enrollment was opened under, or gone."""


def amendments_of(enrollments: Iterable[UUID]) -> dict[UUID, Amended]:
    """The last amendment of each enrollment that has one."""
    given = list(enrollments)
    if len(given) == 1:
        return {row.enrollment_id: row for row in _AMENDED.rows(given[0])}
    rows = Amended.objects.filter(enrollment_id__in=given).order_by("position", "id")
    return {row.enrollment_id: row for row in rows}


_AMENDED = Prepared(
    lambda enrollment: Amended.objects.filter(enrollment=enrollment).order_by("position", "id")
)


def protocol_of(enrollment: Enrollment, position: int | None = None) -> ProtocolVersion:
    """The protocol version of an enrollment; ``ProtocolChanged`` where its file was edited.

    With ``position``: the one under which it stood there.
    """
    rows = _AMENDED.rows(enrollment.id)
    known = [row for row in rows if position is None or row.position <= position]
    return protocol_bound(known[-1] if known else enrollment)


def protocol_bound(bound: ProtocolBound) -> ProtocolVersion:
    """The very file that a row is bound to; ``ProtocolChanged`` where it is another or none."""
    try:
        protocol = protocols.load(bound.protocol_name, bound.protocol_version)
    except protocols.UnknownProtocol as error:
        raise ProtocolChanged(str(error)) from error
    if protocol.sha256 != bound.protocol_sha256:
        raise ProtocolChanged(
            f"{protocol.name} version {protocol.version} is not the file that was enrolled under."
        )
    return protocol
