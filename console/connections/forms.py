from urllib.parse import urlsplit

from django import forms

from connectors.registry import Given, connector

LOOPBACK = ("127.0.0.1", "localhost")


def secret_field(given: Given) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=given.label, help_text=given.help, required=False, widget=widget)


def https_only(url: str) -> None:
    """Credentials travel in it."""
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise forms.ValidationError("The address must begin with https://.")


class CredentialsForm(forms.Form):
    """Credentials are given and never shown; whatever is left empty stays as it is."""

    def __init__(self, vendor: str, *args: object, **more: object) -> None:
        super().__init__(*args, **more)
        self.access = connector(vendor).access
        for given in self.access.given:
            if given.is_secret:
                self.fields[given.name] = secret_field(given)

    def given(self) -> dict[str, str]:
        return {one.name: self.cleaned_data[one.name] for one in self.access.given if one.name in self.fields}


class ConnectionForm(CredentialsForm):
    name = forms.CharField(label="Name", max_length=100, help_text="What people call the account here.")
    base_url = forms.URLField(label="Address", assume_scheme="https", validators=[https_only])

    def __init__(self, vendor: str, *args: object, **more: object) -> None:
        super().__init__(vendor, *args, **more)
        self.fields["base_url"].initial = self.access.base_url
        for name, url in self.access.bases.items():
            self.fields[f"base_{name}"] = forms.URLField(
                label=f"Address of {name}", initial=url, assume_scheme="https", validators=[https_only]
            )
        for given in self.access.given:
            if not given.is_secret:
                self.fields[given.name] = forms.CharField(label=given.label, help_text=given.help)

    def bases(self) -> dict[str, str]:
        return {name: self.cleaned_data[f"base_{name}"] for name in self.access.bases}


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Code",
        max_length=12,
        help_text="The digits that came by SMS.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )
