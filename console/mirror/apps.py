import gc

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MirrorConfig(AppConfig):
    name = "console.mirror"
    label = "mirror"

    def ready(self) -> None:
        from console.mirror.upserting import leave_room

        # Reading a vendor makes rows by the hundred thousand, none of them in a circle; to look for circles
        # every 700 costs an eighth of it.
        gc.set_threshold(50_000, 20, 50)
        post_migrate.connect(leave_room, sender=self, dispatch_uid="mirror.leave_room")
