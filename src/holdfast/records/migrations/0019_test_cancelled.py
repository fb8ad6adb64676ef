"""An order of a test that was cancelled: by whom and why."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import holdfast.records.columns


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0018_periodic_reports"),
    ]

    operations = [
        migrations.CreateModel(
            name="TestCancelled",
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
                ("reason", holdfast.records.columns.SafeText(max_length=30)),
                ("words", holdfast.records.columns.SealedText(null=True)),
                ("cancelled_at", holdfast.records.columns.Instant()),
                (
                    "cancelled_by",
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
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cancelled",
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
    ]
