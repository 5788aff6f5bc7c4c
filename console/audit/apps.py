from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class AuditConfig(AppConfig):
    name = "console.audit"
    label = "audit"

    def ready(self) -> None:
        from console.audit.guards import install, lift

        pre_migrate.connect(lift, sender=self, dispatch_uid="audit.guards.lift")
        post_migrate.connect(install, sender=self, dispatch_uid="audit.guards.install")
