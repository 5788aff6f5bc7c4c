from django.apps import AppConfig


class MirrorConfig(AppConfig):
    name = "console.mirror"
    label = "mirror"
