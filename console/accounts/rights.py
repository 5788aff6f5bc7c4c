"""What a person may do, as every page and every call asks it: in one statement that is written once."""

from functools import cache

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.db import connection

from console.accounts.models import Person


class Rights(ModelBackend):
    """Django's own asks twice, and writes both statements anew, which takes ten times as long as asking."""

    def get_all_permissions(self, user_obj: Person, obj: object = None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None or user_obj.is_superuser:
            return super().get_all_permissions(user_obj, obj)
        if not hasattr(user_obj, "_perm_cache"):
            with connection.cursor() as cursor:
                cursor.execute(_statement(), [user_obj.pk, user_obj.pk])
                user_obj._perm_cache = {f"{app}.{codename}" for app, codename in cursor.fetchall()}
        return user_obj._perm_cache


@cache
def _statement() -> str:
    """Their own rights and those of their groups."""
    told = Permission.objects.order_by().values_list("content_type__app_label", "codename")
    return told.filter(user=1).union(told.filter(group__user=1)).query.sql_with_params()[0]
