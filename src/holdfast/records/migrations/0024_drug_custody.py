"""Controlled drugs in custody: stores, places, containers, movements, counts and discrepancies."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import holdfast.records.columns


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0023_room_writer_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="Container",
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
                ("code", holdfast.records.columns.SafeText(max_length=60, unique=True)),
                ("part", holdfast.records.columns.SafeText(max_length=20)),
                ("kit_number", holdfast.records.columns.SafeText(max_length=40, null=True)),
                ("lot", holdfast.records.columns.SafeText(default="", max_length=60)),
                ("product", holdfast.records.columns.SafeText(max_length=80)),
                ("nominal_mg", holdfast.records.columns.ExactDecimal(null=True)),
                ("size", models.IntegerField()),
                ("use_by", models.DateField()),
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
        ),
        migrations.CreateModel(
            name="CustodyAct",
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
                ("first_proof", models.UUIDField(null=True, unique=True)),
                ("first_method", holdfast.records.columns.SafeText(default="", max_length=20)),
                ("second_proof", models.UUIDField(null=True, unique=True)),
                ("second_method", holdfast.records.columns.SafeText(default="", max_length=20)),
                ("policy", holdfast.records.columns.SafeText(max_length=20)),
                ("emergency", holdfast.records.columns.SafeText(default="", max_length=40)),
                (
                    "first",
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
                    "second",
                    models.ForeignKey(
                        null=True,
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
            name="ActConfirmed",
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
                ("proof", models.UUIDField(unique=True)),
                ("method", holdfast.records.columns.SafeText(max_length=20)),
                ("confirmed_at", holdfast.records.columns.Instant()),
                (
                    "confirmed_by",
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
                (
                    "act",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="confirmed",
                        to="records.custodyact",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CustodyPlace",
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
                ("code", holdfast.records.columns.SafeText(max_length=20)),
                ("title", holdfast.records.columns.SafeText(max_length=80)),
                ("kind", holdfast.records.columns.SafeText(max_length=20)),
                ("least_celsius", holdfast.records.columns.ExactDecimal(null=True)),
                ("most_celsius", holdfast.records.columns.ExactDecimal(null=True)),
                ("range_source", holdfast.records.columns.SafeText(default="", max_length=20)),
                ("is_withdrawn", models.BooleanField(default=False)),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="records.custodyplace",
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
                    "room",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="custody_places",
                        to="records.room",
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
            name="CountTaken",
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
                ("counted", models.IntegerField()),
                ("counted_at", holdfast.records.columns.Instant()),
                (
                    "container",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="counts",
                        to="records.container",
                    ),
                ),
                (
                    "counted_by",
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
                (
                    "act",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="counts",
                        to="records.custodyact",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="counts",
                        to="records.custodyplace",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Discrepancy",
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
                ("code", holdfast.records.columns.SafeText(max_length=40)),
                ("capsules", holdfast.records.columns.SafeText(default="", max_length=400)),
                ("expected", models.IntegerField(null=True)),
                ("found", models.IntegerField(null=True)),
                ("words", holdfast.records.columns.SealedText(null=True)),
                ("opened_at", holdfast.records.columns.Instant()),
                (
                    "act",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="discrepancies",
                        to="records.custodyact",
                    ),
                ),
                (
                    "container",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.container",
                    ),
                ),
                (
                    "count",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="discrepancies",
                        to="records.counttaken",
                    ),
                ),
                (
                    "opened_by",
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
            name="DiscrepancySettled",
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
                ("words", holdfast.records.columns.SealedText()),
                ("settled_at", holdfast.records.columns.Instant()),
                (
                    "act",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.custodyact",
                    ),
                ),
                (
                    "discrepancy",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settled",
                        to="records.discrepancy",
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
                    "settled_by",
                    models.ForeignKey(
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
            name="DrugMovement",
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
                ("turn", models.IntegerField()),
                ("kind", holdfast.records.columns.SafeText(max_length=20)),
                ("capsules", holdfast.records.columns.SafeText(max_length=400)),
                ("at", holdfast.records.columns.Instant()),
                ("visit", holdfast.records.columns.SafeText(default="", max_length=60)),
                ("dose", holdfast.records.columns.SafeText(default="", max_length=20)),
                ("order", models.UUIDField(null=True)),
                ("seal", holdfast.records.columns.SafeText(default="", max_length=40)),
                ("document_sha256", models.CharField(default="", max_length=64)),
                ("document_words", holdfast.records.columns.SealedText(null=True)),
                ("words", holdfast.records.columns.SealedText(null=True)),
                ("reason", holdfast.records.columns.SafeText(default="", max_length=40)),
                ("minutes", models.IntegerField(null=True)),
                ("came", holdfast.records.columns.SafeText(max_length=10)),
                (
                    "act",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements",
                        to="records.custodyact",
                    ),
                ),
                (
                    "container",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements",
                        to="records.container",
                    ),
                ),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="records.drugmovement",
                    ),
                ),
                (
                    "enrollment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drug_movements",
                        to="records.enrollment",
                    ),
                ),
                (
                    "from_holder",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "from_place",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.custodyplace",
                    ),
                ),
                (
                    "moved_by",
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
                    "second",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drug_movements",
                        to="records.dosingsession",
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
                    "to_holder",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "to_place",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.custodyplace",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="discrepancy",
            name="movement",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="discrepancies",
                to="records.drugmovement",
            ),
        ),
        migrations.CreateModel(
            name="DrugStore",
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
                ("code", holdfast.records.columns.SafeText(max_length=20)),
                ("title", holdfast.records.columns.SafeText(max_length=80)),
                ("study", holdfast.records.columns.SafeText(max_length=60, null=True)),
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
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drug_stores",
                        to="records.site",
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
        ),
        migrations.AddField(
            model_name="drugmovement",
            name="store",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="movements",
                to="records.drugstore",
            ),
        ),
        migrations.AddField(
            model_name="discrepancy",
            name="store",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="discrepancies",
                to="records.drugstore",
            ),
        ),
        migrations.AddField(
            model_name="custodyplace",
            name="store",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="places",
                to="records.drugstore",
            ),
        ),
        migrations.AddField(
            model_name="custodyact",
            name="store",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="acts",
                to="records.drugstore",
            ),
        ),
        migrations.AddField(
            model_name="counttaken",
            name="store",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="counts",
                to="records.drugstore",
            ),
        ),
        migrations.AddField(
            model_name="container",
            name="store",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="containers",
                to="records.drugstore",
            ),
        ),
        migrations.CreateModel(
            name="StockHold",
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
                ("code", holdfast.records.columns.SafeText(max_length=20)),
                ("reference", holdfast.records.columns.SafeText(default="", max_length=60)),
                ("since", holdfast.records.columns.Instant()),
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
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holds",
                        to="records.drugstore",
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
            name="HeldContainer",
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
                    "container",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holds",
                        to="records.container",
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
                    "hold",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="held",
                        to="records.stockhold",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="StockHoldLifted",
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
                ("reason", holdfast.records.columns.SafeText(max_length=40)),
                ("lifted_at", holdfast.records.columns.Instant()),
                (
                    "act",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.custodyact",
                    ),
                ),
                (
                    "hold",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lifted",
                        to="records.stockhold",
                    ),
                ),
                (
                    "lifted_by",
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
            name="TemperatureReading",
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
                ("celsius", holdfast.records.columns.ExactDecimal()),
                ("at", holdfast.records.columns.Instant()),
                ("logger", holdfast.records.columns.SafeText(default="", max_length=40)),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="temperatures",
                        to="records.custodyplace",
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
        migrations.AddField(
            model_name="stockhold",
            name="reading",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="holds",
                to="records.temperaturereading",
            ),
        ),
        migrations.CreateModel(
            name="TwoPersonPolicy",
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
                ("kind", holdfast.records.columns.SafeText(max_length=20)),
                ("needs_two", models.BooleanField()),
                (
                    "corrects",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="records.twopersonpolicy",
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
                    "signature",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.signature",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="two_person_policies",
                        to="records.site",
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
        migrations.AddField(
            model_name="custodyact",
            name="policy_fact",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="applied",
                to="records.twopersonpolicy",
            ),
        ),
        migrations.AddConstraint(
            model_name="drugstore",
            constraint=models.UniqueConstraint(fields=("site", "code"), name="one_store_code"),
        ),
        migrations.AddIndex(
            model_name="drugmovement",
            index=models.Index(fields=["enrollment", "kind"], name="movement_of_a_person"),
        ),
        migrations.AddConstraint(
            model_name="drugmovement",
            constraint=models.UniqueConstraint(
                fields=("container", "turn"), name="one_movement_a_turn"
            ),
        ),
        migrations.AddConstraint(
            model_name="container",
            constraint=models.UniqueConstraint(
                fields=("kit_number", "part"),
                name="one_part_of_a_kit",
            ),
        ),
    ]
