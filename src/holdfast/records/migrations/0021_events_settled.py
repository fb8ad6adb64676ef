"""Adverse events and what became of each candidate; milligrams of a lifetime; alarms by tier."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import holdfast.records.columns


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0020_dosing_session"),
    ]

    operations = [
        migrations.CreateModel(
            name="AdverseEvent",
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
                ("words", holdfast.records.columns.SealedText()),
                ("is_serious", models.BooleanField(null=True)),
                ("opened_at", holdfast.records.columns.Instant()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CandidateSettled",
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
                ("outcome", holdfast.records.columns.SafeText(max_length=20)),
                ("reason", holdfast.records.columns.SafeText(default="", max_length=30)),
                ("words", holdfast.records.columns.SealedText(null=True)),
                ("settled_at", holdfast.records.columns.Instant()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="psychedelicuse",
            name="how_known",
            field=holdfast.records.columns.SafeText(max_length=20, null=True),
        ),
        migrations.AddField(
            model_name="psychedelicuse",
            name="total_mg",
            field=holdfast.records.columns.ExactDecimal(null=True),
        ),
        migrations.AddIndex(
            model_name="alarmraised",
            index=models.Index(fields=["tier", "session"], name="alarm_by_tier"),
        ),
        migrations.AddField(
            model_name="adverseevent",
            name="enrollment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="adverse_events",
                to="records.enrollment",
            ),
        ),
        migrations.AddField(
            model_name="adverseevent",
            name="opened_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="adverseevent",
            name="recorded_by",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="adverseevent",
            name="stream",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="records.stream",
            ),
        ),
        migrations.AddField(
            model_name="candidatesettled",
            name="candidate",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="settled",
                to="records.eventcandidate",
            ),
        ),
        migrations.AddField(
            model_name="candidatesettled",
            name="enrollment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="records.enrollment",
            ),
        ),
        migrations.AddField(
            model_name="candidatesettled",
            name="event",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="candidates",
                to="records.adverseevent",
            ),
        ),
        migrations.AddField(
            model_name="candidatesettled",
            name="recorded_by",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="candidatesettled",
            name="settled_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="candidatesettled",
            name="signature",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="records.signature",
            ),
        ),
        migrations.AddField(
            model_name="candidatesettled",
            name="stream",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="records.stream",
            ),
        ),
    ]
