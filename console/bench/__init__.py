"""Measurements of the sync beside its limits and a peer, all in one run (`manage.py bench sync`).

`comparing` starts a vendor of its own (`vendor`) and fresh databases, and has each thing measured in turn by
a process of its own (`measuring`, `peer`); `reporting` makes a table of it. No test holds a time to anything.
"""
