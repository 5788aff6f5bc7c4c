from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class ApprovalsConfig(AppConfig):
    name = "console.approvals"
    label = "approvals"

    def ready(self) -> None:
        from console.approvals.guards import install, lift

        pre_migrate.connect(lift, sender=self, dispatch_uid="approvals.lift_guards")
        post_migrate.connect(install, sender=self, dispatch_uid="approvals.guards")
