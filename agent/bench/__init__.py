"""Measurements of the tools and of the loop that calls them, beside their peers (`manage.py bench tools`)."""
