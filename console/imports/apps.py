from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "console.imports"
    label = "imports"
