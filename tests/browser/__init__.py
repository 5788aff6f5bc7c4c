"""Tests in a real browser. A package, so that one running console serves all its modules and then ends."""
