"""Concentric: live sessions of group interpersonal psychotherapy. Importing this loads nothing."""
