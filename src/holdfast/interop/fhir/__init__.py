"""FHIR R4: a referral bundle read into answers and medications."""
