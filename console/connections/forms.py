from urllib.parse import urlsplit

from django import forms

from connectors.registry import Given, connector

LOOPBACK = ("127.0.0.1", "localhost")


def secret_field(given: Given) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"class": "inp", "autocomplete": "off"})
    return forms.CharField(label=given.label, help_text=given.help, required=False, widget=widget)


def https_only(url: str) -> None:
    """Credentials travel in it."""
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise forms.ValidationError("The address must begin with https://.")


def address_field(label: str, url: str) -> forms.URLField:
    widget = forms.URLInput(attrs={"class": "inp"})
    return forms.URLField(
        label=label, initial=url, assume_scheme="https", validators=[https_only], widget=widget
    )


class CredentialsForm(forms.Form):
    """Credentials are given and never shown; whatever is left empty stays as it is."""

    def __init__(self, vendor: str, *args: object, **more: object) -> None:
        super().__init__(*args, **more)
        self.access = connector(vendor).access
        for given in self.access.given:
            if given.is_secret:
                self.fields[given.name] = secret_field(given)

    def clean(self) -> dict[str, str]:
        if not any(self.cleaned_data.get(one.name) for one in self.access.given if one.is_secret):
            raise forms.ValidationError("No credential was given.")
        return self.cleaned_data

    def given(self) -> dict[str, str]:
        return {one.name: self.cleaned_data[one.name] for one in self.access.given if one.name in self.fields}


class ConnectionForm(CredentialsForm):
    name = forms.CharField(
        label="Name",
        max_length=100,
        help_text="What people call the account here.",
        widget=forms.TextInput(attrs={"class": "inp"}),
    )

    def __init__(self, vendor: str, *args: object, **more: object) -> None:
        super().__init__(vendor, *args, **more)
        secrets = [name for name in self.fields if name != "name"]
        self.fields["base_url"] = address_field("Address", self.access.base_url)
        for name, url in self.access.bases.items():
            self.fields[f"base_{name}"] = address_field(f"Address of {name}", url)
        for given in self.access.given:
            if not given.is_secret:
                widget = forms.TextInput(attrs={"class": "inp"})
                self.fields[given.name] = forms.CharField(
                    label=given.label, help_text=given.help, widget=widget
                )
        self.order_fields([*(name for name in self.fields if name not in secrets), *secrets])

    def bases(self) -> dict[str, str]:
        return {name: self.cleaned_data[f"base_{name}"] for name in self.access.bases}


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Code",
        max_length=12,
        help_text="The digits that came by SMS.",
        widget=forms.TextInput(
            attrs={"class": "inp num", "inputmode": "numeric", "autocomplete": "one-time-code"}
        ),
    )
