"""Signing in for outside clients: OAuth 2.1 by django-oauth-toolkit, on the console's own sign-in."""
