"""What a person may do: their own rights and those of their groups."""

import pytest
from django.contrib.auth.models import Permission

from console.accounts.models import Person

pytestmark = pytest.mark.django_db


def anew(person: Person) -> Person:
    return Person.objects.get(pk=person.pk)


def test_it_is_asked_in_one_statement(people, django_assert_num_queries):
    priya = anew(people["priya"])
    with django_assert_num_queries(1):
        assert priya.has_perm("approvals.propose")
        assert not priya.has_perm("approvals.decide")


def test_a_right_of_ones_own_counts_from_the_next_question_on(people):
    people["priya"].user_permissions.add(Permission.objects.get(codename="decide"))
    assert anew(people["priya"]).has_perm("approvals.decide")


def test_whoever_left_a_group_has_its_rights_no_more(people):
    people["priya"].groups.clear()
    assert not anew(people["priya"]).has_perm("approvals.propose")


@pytest.mark.parametrize(("change", "may"), [({"is_superuser": True}, True), ({"is_active": False}, False)])
def test_a_superuser_may_everything_and_who_was_shut_out_nothing(people, change, may):
    Person.objects.filter(pk=people["priya"].pk).update(**change)
    assert anew(people["priya"]).has_perm("approvals.decide") is may
    assert anew(people["priya"]).has_perm("approvals.propose") is may
