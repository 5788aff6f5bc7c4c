from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "console.accounts"
    label = "accounts"

    def ready(self) -> None:
        from console.accounts import sign_in_log
        from console.accounts.roles import install_roles

        # Runs once per app; the last one sees every app's permissions.
        post_migrate.connect(install_roles, dispatch_uid="accounts.install_roles")
        sign_in_log.connect()
