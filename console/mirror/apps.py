from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MirrorConfig(AppConfig):
    name = "console.mirror"
    label = "mirror"

    def ready(self) -> None:
        from console.mirror.upserting import leave_room

        post_migrate.connect(leave_room, sender=self, dispatch_uid="mirror.leave_room")
