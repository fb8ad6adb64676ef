"""The clinical records of a course: tests, taper, safety, calls, notes, goals, events."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import holdfast.records.columns


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0013_course"),
    ]

    operations = [
        migrations.CreateModel(
            name="CallPlanned",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                (
                    "correction_reason",
                    holdfast.records.columns.SafeText(default="", max_length=200),
                ),
                ("correction_words", holdfast.records.columns.SealedText(null=True)),
                ("is_withdrawn", models.BooleanField(default=False)),
                ("due_at", holdfast.records.columns.Instant()),
                ("after_dosing", models.BooleanField()),
                ("purpose", holdfast.records.columns.SafeText(max_length=20)),
                ("visit", holdfast.records.columns.SafeText(default="", max_length=60)),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="records.callplanned",
                    ),
                ),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.enrollment",
                    ),
                ),
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
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.stream",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CallHeld",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                (
                    "correction_reason",
                    holdfast.records.columns.SafeText(default="", max_length=200),
                ),
                ("correction_words", holdfast.records.columns.SealedText(null=True)),
                ("is_withdrawn", models.BooleanField(default=False)),
                ("way", holdfast.records.columns.SafeText(max_length=20)),
                ("outcome", holdfast.records.columns.SafeText(max_length=20)),
                ("whereabouts", holdfast.records.columns.SealedText(null=True)),
                ("call_back", holdfast.records.columns.SealedText(null=True)),
                ("safety", holdfast.records.columns.SafeText(default="", max_length=20)),
                ("answers", holdfast.records.columns.SealedText(null=True)),
                ("called_at", holdfast.records.columns.Instant()),
                (
                    "called_by",
                    models.ForeignKey(
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
                        to="records.callheld",
                    ),
                ),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.enrollment",
                    ),
                ),
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
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.stream",
                    ),
                ),
                (
                    "planned",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calls",
                        to="records.callplanned",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ChecklistDone",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                (
                    "correction_reason",
                    holdfast.records.columns.SafeText(default="", max_length=200),
                ),
                ("correction_words", holdfast.records.columns.SealedText(null=True)),
                ("is_withdrawn", models.BooleanField(default=False)),
                ("checklist", holdfast.records.columns.SafeText(max_length=40)),
                ("visit", holdfast.records.columns.SafeText(default="", max_length=60)),
                ("items", models.TextField()),
                ("words", holdfast.records.columns.SealedText(null=True)),
                ("done_at", holdfast.records.columns.Instant()),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="records.checklistdone",
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.enrollment",
                    ),
                ),
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
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.stream",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="EventCandidate",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                (
                    "correction_reason",
                    holdfast.records.columns.SafeText(default="", max_length=200),
                ),
                ("correction_words", holdfast.records.columns.SealedText(null=True)),
                ("is_withdrawn", models.BooleanField(default=False)),
                ("words", holdfast.records.columns.SealedText()),
                ("source", holdfast.records.columns.SafeText(max_length=20)),
                ("source_id", models.UUIDField(null=True)),
                ("onset_on", models.DateField(null=True)),
                ("intensity", holdfast.records.columns.SafeText(max_length=20)),
                ("ended_on", models.DateField(null=True)),
                ("is_ongoing", models.BooleanField(null=True)),
                ("is_serious", models.BooleanField(null=True)),
                ("known_at", holdfast.records.columns.Instant()),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="records.eventcandidate",
                    ),
                ),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.enrollment",
                    ),
                ),
                (
                    "known_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.stream",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Goal",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                (
                    "correction_reason",
                    holdfast.records.columns.SafeText(default="", max_length=200),
                ),
                ("correction_words", holdfast.records.columns.SealedText(null=True)),
                ("is_withdrawn", models.BooleanField(default=False)),
                ("words", holdfast.records.columns.SealedText()),
                ("set_on", models.DateField()),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="records.goal",
                    ),
                ),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.enrollment",
                    ),
                ),
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
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.stream",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="GoalRating",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                (
                    "correction_reason",
                    holdfast.records.columns.SafeText(default="", max_length=200),
                ),
                ("correction_words", holdfast.records.columns.SealedText(null=True)),
                ("is_withdrawn", models.BooleanField(default=False)),
                ("visit", holdfast.records.columns.SafeText(default="", max_length=60)),
                ("rating", models.IntegerField()),
                ("rated_on", models.DateField()),
                ("words", holdfast.records.columns.SealedText(null=True)),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="records.goalrating",
                    ),
                ),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.enrollment",
                    ),
                ),
                (
                    "goal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ratings",
                        to="records.goal",
                    ),
                ),
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
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.stream",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                (
                    "correction_reason",
                    holdfast.records.columns.SafeText(default="", max_length=200),
                ),
                ("correction_words", holdfast.records.columns.SealedText(null=True)),
                ("is_withdrawn", models.BooleanField(default=False)),
                ("kind", holdfast.records.columns.SafeText(max_length=20)),
                ("visit", holdfast.records.columns.SafeText(default="", max_length=60)),
                ("words", holdfast.records.columns.SealedText()),
                ("on_day", models.DateField()),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="records.note",
                    ),
                ),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.enrollment",
                    ),
                ),
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
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.stream",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="OutsideTreatment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                (
                    "correction_reason",
                    holdfast.records.columns.SafeText(default="", max_length=200),
                ),
                ("correction_words", holdfast.records.columns.SealedText(null=True)),
                ("is_withdrawn", models.BooleanField(default=False)),
                ("kind", holdfast.records.columns.SafeText(max_length=20)),
                ("words", holdfast.records.columns.SealedText()),
                ("began_on", models.DateField(null=True)),
                ("ended_on", models.DateField(null=True)),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="records.outsidetreatment",
                    ),
                ),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.enrollment",
                    ),
                ),
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
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.stream",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PsychedelicUse",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                (
                    "correction_reason",
                    holdfast.records.columns.SafeText(default="", max_length=200),
                ),
                ("correction_words", holdfast.records.columns.SealedText(null=True)),
                ("is_withdrawn", models.BooleanField(default=False)),
                ("substance", holdfast.records.columns.SafeText(max_length=20)),
                ("times", models.IntegerField(null=True)),
                ("last_used_on", models.DateField(null=True)),
                ("in_treatment", models.BooleanField(null=True)),
                ("words", holdfast.records.columns.SealedText(null=True)),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="records.psychedelicuse",
                    ),
                ),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.enrollment",
                    ),
                ),
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
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.stream",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PsychotherapyNote",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                (
                    "correction_reason",
                    holdfast.records.columns.SafeText(default="", max_length=200),
                ),
                ("correction_words", holdfast.records.columns.SealedText(null=True)),
                ("is_withdrawn", models.BooleanField(default=False)),
                ("visit", holdfast.records.columns.SafeText(default="", max_length=60)),
                ("words", holdfast.records.columns.SealedText()),
                ("on_day", models.DateField()),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="records.psychotherapynote",
                    ),
                ),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.enrollment",
                    ),
                ),
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
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.stream",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ReachableContact",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                (
                    "correction_reason",
                    holdfast.records.columns.SafeText(default="", max_length=200),
                ),
                ("correction_words", holdfast.records.columns.SealedText(null=True)),
                ("is_withdrawn", models.BooleanField(default=False)),
                ("name", holdfast.records.columns.SealedText()),
                ("number", holdfast.records.columns.SealedText()),
                ("relation", holdfast.records.columns.SafeText(max_length=20)),
                ("may_call", models.BooleanField()),
                ("asked_on", models.DateField()),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="records.reachablecontact",
                    ),
                ),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.enrollment",
                    ),
                ),
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
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.stream",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Readiness",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                (
                    "correction_reason",
                    holdfast.records.columns.SafeText(default="", max_length=200),
                ),
                ("correction_words", holdfast.records.columns.SealedText(null=True)),
                ("is_withdrawn", models.BooleanField(default=False)),
                ("judge", holdfast.records.columns.SafeText(max_length=20)),
                ("visit", holdfast.records.columns.SafeText(default="", max_length=60)),
                ("is_ready", models.BooleanField(null=True)),
                ("has_trust", models.BooleanField(null=True)),
                ("words", holdfast.records.columns.SealedText(null=True)),
                ("judged_at", holdfast.records.columns.Instant()),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="records.readiness",
                    ),
                ),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.enrollment",
                    ),
                ),
                (
                    "judged_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.stream",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SafetyPlan",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                (
                    "correction_reason",
                    holdfast.records.columns.SafeText(default="", max_length=200),
                ),
                ("correction_words", holdfast.records.columns.SealedText(null=True)),
                ("is_withdrawn", models.BooleanField(default=False)),
                ("warning_signs", holdfast.records.columns.SealedText()),
                ("own_steps", holdfast.records.columns.SealedText()),
                ("people", holdfast.records.columns.SealedText()),
                ("places", holdfast.records.columns.SealedText()),
                ("means", holdfast.records.columns.SealedText()),
                ("agreed_on", models.DateField()),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="records.safetyplan",
                    ),
                ),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.enrollment",
                    ),
                ),
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
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.stream",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TaperPlan",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                (
                    "correction_reason",
                    holdfast.records.columns.SafeText(default="", max_length=200),
                ),
                ("correction_words", holdfast.records.columns.SealedText(null=True)),
                ("is_withdrawn", models.BooleanField(default=False)),
                ("medicine", holdfast.records.columns.SealedText()),
                ("prescriber", holdfast.records.columns.SealedText()),
                ("agreed_on", models.DateField()),
                ("stop_criteria", holdfast.records.columns.SealedText()),
                ("symptoms", holdfast.records.columns.SealedText()),
                ("restart_by", holdfast.records.columns.SafeText(max_length=20)),
                ("last_dose_on", models.DateField(null=True)),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="records.taperplan",
                    ),
                ),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.enrollment",
                    ),
                ),
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
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.stream",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TaperStep",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                ("from_day", models.DateField()),
                ("dose", holdfast.records.columns.ExactDecimal()),
                ("unit", holdfast.records.columns.SafeText(max_length=20)),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="records.taperplan",
                    ),
                ),
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
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.stream",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TaperTurn",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                ("kind", holdfast.records.columns.SafeText(max_length=20)),
                ("on_day", models.DateField()),
                ("words", holdfast.records.columns.SealedText(null=True)),
                ("decided_at", holdfast.records.columns.Instant()),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.enrollment",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="turns",
                        to="records.taperplan",
                    ),
                ),
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
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.stream",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TestOrder",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                ("test", holdfast.records.columns.SafeText(max_length=60)),
                ("visit", holdfast.records.columns.SafeText(default="", max_length=60)),
                ("ordered_at", holdfast.records.columns.Instant()),
                ("review_due_at", holdfast.records.columns.Instant()),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="test_orders",
                        to="records.enrollment",
                    ),
                ),
                (
                    "ordered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
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
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.stream",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TestCollected",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                ("collected_at", holdfast.records.columns.Instant()),
                (
                    "collected_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.enrollment",
                    ),
                ),
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
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.stream",
                    ),
                ),
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="collected",
                        to="records.testorder",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ResultReview",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                ("is_acceptable", models.BooleanField()),
                ("stands_until", models.DateField(null=True)),
                ("resolves_critical", models.BooleanField(default=False)),
                ("words", holdfast.records.columns.SealedText(null=True)),
                ("reviewed_at", holdfast.records.columns.Instant()),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.enrollment",
                    ),
                ),
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
                    "reviewed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "signature",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.signature",
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
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="records.testorder",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TestResult",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                (
                    "correction_reason",
                    holdfast.records.columns.SafeText(default="", max_length=200),
                ),
                ("correction_words", holdfast.records.columns.SealedText(null=True)),
                ("loinc", holdfast.records.columns.SafeText(max_length=12)),
                ("value", holdfast.records.columns.ExactDecimal(null=True)),
                ("finding", holdfast.records.columns.SafeText(default="", max_length=40)),
                ("unit", holdfast.records.columns.SafeText(default="", max_length=30)),
                ("low", holdfast.records.columns.ExactDecimal(null=True)),
                ("high", holdfast.records.columns.ExactDecimal(null=True)),
                ("range_words", holdfast.records.columns.SealedText(null=True)),
                ("resulted_at", holdfast.records.columns.Instant()),
                ("is_critical", models.BooleanField(null=True)),
                ("formula", holdfast.records.columns.SafeText(default="", max_length=20)),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="records.testresult",
                    ),
                ),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.enrollment",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="results",
                        to="records.testorder",
                    ),
                ),
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
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.stream",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ClinicalAlarm",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.BigIntegerField(editable=False)),
                ("schema", models.SmallIntegerField(default=1, editable=False)),
                ("recorded_at", holdfast.records.columns.Instant(editable=False)),
                ("kind", holdfast.records.columns.SafeText(max_length=20)),
                ("about", models.UUIDField()),
                (
                    "enrollment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clinical_alarms",
                        to="records.enrollment",
                    ),
                ),
                (
                    "page",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clinical_alarms",
                        to="records.dutypage",
                    ),
                ),
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
                    "stream",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.stream",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "about"), name="one_alarm_once")
                ],
            },
        ),
    ]
