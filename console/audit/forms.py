from datetime import date

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict

from console.audit.queries import Choice

# The first and last days of the calendar have no moment in some time zones.
DAYS = (MinValueValidator(date(1970, 1, 1)), MaxValueValidator(date(9000, 1, 1)))


class ChoiceForm(forms.Form):
    """The filter as it stands in the address: ?who=&action=&q=&outcome=&from=&to= (days inclusive)."""

    q = forms.CharField(required=False, max_length=200)
    who = forms.CharField(required=False, max_length=200)
    action = forms.CharField(required=False, max_length=80)
    outcome = forms.CharField(required=False, max_length=200)

    def __init__(self, params: QueryDict) -> None:
        super().__init__(params)
        # "from" is a Python keyword and cannot be a class attribute.
        self.fields["from"] = forms.DateField(required=False, validators=DAYS)
        self.fields["to"] = forms.DateField(required=False, validators=DAYS)

    def choice(self) -> Choice:
        """What the valid fields choose; a field that cannot be read chooses nothing and shows its error."""
        self.full_clean()
        given = self.cleaned_data
        return Choice(
            who=given.get("who", ""),
            action=given.get("action", ""),
            text=given.get("q", ""),
            outcome=given.get("outcome", ""),
            first_day=given.get("from"),
            last_day=given.get("to"),
        )
