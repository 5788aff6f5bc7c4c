from django import forms
from django.conf import settings

from console.approvals.models import Settlement


class FileForm(forms.Form):
    file = forms.FileField(
        label="File",
        help_text="A PDF, PNG or JPEG of at most 6 MB.",
        widget=forms.FileInput(
            attrs={
                "data-largest": settings.LARGEST_FILE,
                "data-too-large": "The file is larger than 6 MB, which is the most that BILL takes.",
            }
        ),
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
    )


class ApproveForm(forms.Form):
    digest = forms.CharField(max_length=64, min_length=64)


class RejectForm(ApproveForm):
    reason = forms.CharField(
        max_length=1000,
        strip=True,
        error_messages={"required": "Say why, in a few words: the reason goes to whoever asked."},
    )


class SettleForm(forms.Form):
    finding = forms.ChoiceField(choices=Settlement.Finding.choices)
    evidence = forms.CharField(
        max_length=2000,
        strip=True,
        error_messages={"required": "Say what you saw at the vendor, and where: it is kept as evidence."},
    )
