from collections.abc import Sequence
from typing import Any

from django import forms

from console.connections.models import Connection
from console.imports.checking import Row
from console.imports.importing import CONNECTOR
from console.imports.reading import LARGEST_FILE


class UploadForm(forms.Form):
    file = forms.FileField(
        label="CSV file",
        help_text="Up to 200 customers and 1 MB, with commas or semicolons; the first row names the columns.",
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
        widget=forms.FileInput(
            attrs={
                "accept": ".csv,text/csv,text/plain",
                "class": "inp",
                "data-largest": LARGEST_FILE,
                "data-too-large": "The file is larger than 1 MB, which is the most. Cut it into several.",
            }
        ),
    )
    connection = forms.ModelChoiceField(
        Connection.objects.filter(connector=CONNECTOR),
        label="For",
        empty_label=None,
        widget=forms.Select(attrs={"class": "inp"}),
    )


class ProposeForm(forms.Form):
    """Which rows are sent, and why. What is left out is left out knowingly."""

    row = forms.TypedMultipleChoiceField(
        coerce=int,
        error_messages={
            "required": "Tick at least one row.",
            "invalid_choice": "Row %(value)s cannot be sent.",
        },
    )
    knowingly = forms.BooleanField(required=False)
    reason = forms.CharField(
        max_length=500,
        strip=True,
        error_messages={"required": "Say why; the approver and the audit log see it."},
    )

    def __init__(self, given: Any, *, rows: Sequence[Row]) -> None:
        super().__init__(given)
        self.rows = rows
        self.fields["row"].choices = [(row.number, row.number) for row in rows if not row.errors]

    @property
    def chosen(self) -> list[Row]:
        """In the file's order."""
        numbers = set(self.cleaned_data["row"])
        return [row for row in self.rows if row.number in numbers]

    def clean(self) -> dict[str, Any]:
        left_out = len(self.rows) - len(self.cleaned_data.get("row") or [])
        if "row" in self.cleaned_data and left_out and not self.cleaned_data.get("knowingly"):
            rows = "1 row is" if left_out == 1 else f"{left_out} rows are"
            self.add_error(
                "knowingly", f"{rows} left out. Tick that this is meant, or upload a corrected file."
            )
        return self.cleaned_data
