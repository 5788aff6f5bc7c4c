"""Roles are groups; a role's rights stand here once and are laid into the database after every migration."""

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

ROLES: dict[str, tuple[str, ...]] = {
    "Analyst": ("approvals.propose",),
    "Finance manager": ("approvals.propose", "approvals.decide", "audit.read", "audit.export"),
    "Approver": ("approvals.propose", "approvals.decide", "audit.read"),
    "Auditor": ("audit.read", "audit.export"),
    "Administrator": ("connections.manage", "audit.read"),
}


def install_roles(**kwargs: object) -> None:
    """Make each role's group hold exactly the rights listed here (runs on `post_migrate`)."""
    for name, rights in ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        wanted = Q(pk__in=[])
        for right in rights:
            label, codename = right.split(".")
            wanted |= Q(content_type__app_label=label, codename=codename)
        group.permissions.set(Permission.objects.filter(wanted))
