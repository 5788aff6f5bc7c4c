from django import forms
from django.contrib.auth.forms import AuthenticationForm


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": "That username and password do not match. Both are case-sensitive.",
        "inactive": "This account is switched off. Ask an administrator.",
    }

    username = forms.CharField(
        max_length=150,
        widget=forms.TextInput(
            attrs={"class": "inp lg", "autocomplete": "username", "autocapitalize": "none", "autofocus": True}
        ),
    )
    password = forms.CharField(
        max_length=400,
        strip=False,
        widget=forms.PasswordInput(attrs={"class": "inp lg", "autocomplete": "current-password"}),
    )
