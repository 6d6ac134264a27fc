"""Tests that look at the product as people do: through Chromium, against the real server."""
