import gc

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MirrorConfig(AppConfig):
    name = "console.mirror"
    label = "mirror"

    def ready(self) -> None:
        from console.mirror.upserting import leave_room

        # Reading a vendor makes rows by the hundred thousand, none of them in a circle, and to look for
        # circles every 700 costs a tenth of it. Ten times as seldom again, memory would grow by half.
        gc.set_threshold(5_000, 10, 10)
        post_migrate.connect(leave_room, sender=self, dispatch_uid="mirror.leave_room")
