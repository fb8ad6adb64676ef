"""Consent: documents in force, given, talked over, understood, signed, taken back; agreements; impairment."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import holdfast.records.columns


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0015_patient_pages"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConsentInForce",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.stream",
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="records.consentinforce",
                    ),
                ),
                (
                    "correction_reason",
                    holdfast.records.columns.SafeText(default="", max_length=200),
                ),
                ("correction_words", holdfast.records.columns.SealedText(null=True)),
                ("protocol_name", holdfast.records.columns.SafeText(max_length=60)),
                ("protocol_version", models.IntegerField()),
                ("protocol_sha256", holdfast.records.columns.Sha256(max_length=64)),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents_in_force",
                        to="records.site",
                    ),
                ),
                ("document", holdfast.records.columns.SafeText(max_length=60)),
                ("document_version", models.IntegerField()),
                ("document_sha256", holdfast.records.columns.Sha256(max_length=64)),
                ("consider_hours", models.IntegerField()),
                ("local_words", holdfast.records.columns.SealedText()),
                ("signed_figures", models.TextField()),
                (
                    "signature",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.signature",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ConsentGiven",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.stream",
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents_given",
                        to="records.enrollment",
                    ),
                ),
                (
                    "in_force",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.consentinforce",
                    ),
                ),
                ("document", holdfast.records.columns.SafeText(max_length=60)),
                ("document_version", models.IntegerField()),
                ("document_sha256", holdfast.records.columns.Sha256(max_length=64)),
                ("language", holdfast.records.columns.SafeText(max_length=10)),
                ("shown", holdfast.records.columns.SealedText()),
                ("shown_sha256", holdfast.records.columns.Sha256(max_length=64)),
                ("way", holdfast.records.columns.SafeText(max_length=20)),
                ("given_at", holdfast.records.columns.Instant()),
                (
                    "given_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ConsentConversation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.stream",
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consent_conversations",
                        to="records.enrollment",
                    ),
                ),
                ("document_sha256", holdfast.records.columns.Sha256(max_length=64)),
                ("place", holdfast.records.columns.SafeText(max_length=20)),
                ("identity_check", holdfast.records.columns.SafeText(max_length=20)),
                ("talked", holdfast.records.columns.SealedText(null=True)),
                ("held_at", holdfast.records.columns.Instant()),
                (
                    "held_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ComprehensionAttempt",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.stream",
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comprehension_attempts",
                        to="records.enrollment",
                    ),
                ),
                ("document_sha256", holdfast.records.columns.Sha256(max_length=64)),
                ("question", holdfast.records.columns.SafeText(max_length=60)),
                ("answer", holdfast.records.columns.SafeText(max_length=60)),
                ("is_right", models.BooleanField()),
                ("attempt", models.IntegerField()),
                ("way", holdfast.records.columns.SafeText(max_length=20)),
                ("answered_at", holdfast.records.columns.Instant()),
                (
                    "answered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ComprehensionExplained",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.stream",
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comprehension_explained",
                        to="records.enrollment",
                    ),
                ),
                ("document_sha256", holdfast.records.columns.Sha256(max_length=64)),
                ("question", holdfast.records.columns.SafeText(max_length=60)),
                ("explained", holdfast.records.columns.SealedText()),
                ("explained_at", holdfast.records.columns.Instant()),
                (
                    "explained_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ConsentSignature",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.stream",
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consent_signatures",
                        to="records.enrollment",
                    ),
                ),
                (
                    "given",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="records.consentgiven",
                    ),
                ),
                ("document_sha256", holdfast.records.columns.Sha256(max_length=64)),
                ("party", holdfast.records.columns.SafeText(max_length=20)),
                ("way", holdfast.records.columns.SafeText(max_length=20)),
                (
                    "scan",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.scan",
                    ),
                ),
                ("witness", holdfast.records.columns.SealedText(null=True)),
                (
                    "signature",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.signature",
                    ),
                ),
                ("signed_at", holdfast.records.columns.Instant()),
                (
                    "signed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ConsentWithdrawn",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.stream",
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents_withdrawn",
                        to="records.enrollment",
                    ),
                ),
                ("way", holdfast.records.columns.SafeText(max_length=20)),
                ("words", holdfast.records.columns.SealedText(null=True)),
                ("withdrawn_at", holdfast.records.columns.Instant()),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AgreementItem",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.stream",
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agreement_items",
                        to="records.enrollment",
                    ),
                ),
                ("document_sha256", holdfast.records.columns.Sha256(max_length=64)),
                ("item", holdfast.records.columns.SafeText(max_length=60)),
                ("allowed", models.TextField()),
                ("words", holdfast.records.columns.SealedText(null=True)),
                ("way", holdfast.records.columns.SafeText(max_length=20)),
                ("agreed_at", holdfast.records.columns.Instant()),
                (
                    "agreed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Impairment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.stream",
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="impairments",
                        to="records.enrollment",
                    ),
                ),
                ("step", holdfast.records.columns.SafeText(max_length=20)),
                ("basis", holdfast.records.columns.SafeText(max_length=20)),
                ("found_at", holdfast.records.columns.Instant()),
                (
                    "found_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
    ]
