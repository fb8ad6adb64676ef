"""What changes the meaning of a whole resource and may therefore not be overlooked."""

from holdfast.interop.fhir.elements import Json
from holdfast.interop.fhir.refusal import ReferralRefused


def refuse_modifiers(resource: Json) -> None:
    """Refuse rules and extensions that FHIR forbids to ignore when they are not understood."""
    if "modifierExtension" not in resource and "implicitRules" not in resource:
        return
    for key in ("modifierExtension", "implicitRules"):
        if resource.get(key):
            raise ReferralRefused(
                key,
                "It changes the meaning of the resource in a way that is not understood here.",
                "Send the resource without it, or enter what it says by hand.",
            )
