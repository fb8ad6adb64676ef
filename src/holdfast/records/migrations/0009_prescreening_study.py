"""For which study somebody was considered, where no enrollment says it."""

from django.db import migrations

import holdfast.records.columns


class Migration(migrations.Migration):
    dependencies = [("records", "0008_sign_in")]

    operations = [
        migrations.AddField(
            model_name="prescreeningentry",
            name="study",
            field=holdfast.records.columns.SafeText(max_length=60, null=True),
        ),
    ]
