"""The one Django app of the record."""

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate


class RecordsConfig(AppConfig):
    """Puts the triggers back after every migrate, and checks that every fact is hashed whole.

    New tables are made without rendering the others again.
    """

    name = "holdfast.records"
    label = "records"
    verbose_name = "The record"

    def ready(self) -> None:
        from holdfast.records.house_checks import check_facts
        from holdfast.records.new_tables import join_alone
        from holdfast.records.triggers import install_after_migrate

        join_alone()
        post_migrate.connect(install_after_migrate, sender=self)
        checks.register(check_facts, checks.Tags.models)
