"""Writes to BILL about its users and about our organization itself."""

from collections.abc import Callable
from typing import Any

from tests.writes.world import TEXT, World


def cases(world: World) -> dict[str, Callable[[], dict[str, Any]]]:
    def role() -> str:
        return world.ids("bill_list_roles")[-1]

    def user() -> str:
        """Not the one that we sign in as."""
        return world.ids("bill_list_users", archived=False)[-1]

    return {
        "bill_create_user": lambda: {
            "firstName": TEXT,
            "lastName": "O\u2019Neil",
            "email": "new+1@halden.example",
            "roleId": role(),
            "acceptTermsOfService": True,
        },
        "bill_update_user": lambda: {"userId": user(), "lastName": TEXT, "roleId": role()},
        "bill_archive_user": lambda: {"userId": user()},
        "bill_restore_user": lambda: {"userId": world.ids("bill_list_users", archived=True)[0]},
        "bill_update_organization": lambda: {
            "name": TEXT,
            "address": {"zipOrPostalCode": "94608"},
            "ownerName": "Zoë Halden",
            "ownerBirthDate": "1981-05-17",
            "taxId": "123456789",
            "postGoesToAddress": False,
        },
        "bill_start_risk_verification": dict,
        "bill_add_risk_verification_phone": lambda: {"phoneNumber": "4155550134", "phoneType": "MOBILE"},
    }
