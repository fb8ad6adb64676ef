"""The board: one row for each course, made from facts."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import holdfast.records.columns


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0016_consent"),
    ]

    operations = [
        migrations.CreateModel(
            name="CourseMoment",
            fields=[
                (
                    "enrollment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="on_board",
                        serialize=False,
                        to="records.enrollment",
                    ),
                ),
                ("protocol_version", models.IntegerField()),
                ("status", holdfast.records.columns.SafeText(max_length=20)),
                ("stage", holdfast.records.columns.SafeText(default="", max_length=60)),
                ("as_of", models.DateField()),
                ("judged_at", holdfast.records.columns.Instant()),
                ("visit", holdfast.records.columns.SafeText(default="", max_length=60)),
                ("visit_kind", holdfast.records.columns.SafeText(default="", max_length=20)),
                ("earliest", models.DateField(null=True)),
                ("latest", models.DateField(null=True)),
                ("starts", holdfast.records.columns.SafeText(default="", max_length=16)),
                ("due_at", holdfast.records.columns.Instant(null=True)),
                ("overdue_at", holdfast.records.columns.Instant(null=True)),
                ("overdue_visits", models.IntegerField(default=0)),
                ("act", holdfast.records.columns.SafeText(default="", max_length=40)),
                ("blocked_by", models.TextField(default="[]")),
                ("on_the_day", models.IntegerField(default=0)),
                (
                    "lead",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.site",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["site", "as_of"], name="board_at_site")],
            },
        ),
    ]
