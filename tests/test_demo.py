"""What a later start of the demo leaves as it was."""

import pytest
from django.urls import reverse

from console import demo

pytestmark = pytest.mark.django_db


def test_a_second_start_signs_nobody_out(client):
    client.force_login(demo.create_people("a password")[0])
    demo.create_people("a password")
    assert client.get(reverse("overview:home")).status_code == 200


def test_a_new_password_holds_for_all_five():
    demo.create_people("a password")
    people = demo.create_people("another password")
    assert all(person.check_password("another password") for person in people)
