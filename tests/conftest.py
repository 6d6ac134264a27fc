"""What every test can ask for: databases, a server, a browser; each lives in a file of tests/house."""

pytest_plugins = [
    "tests.house.databases",
    "tests.house.server",
    "tests.house.chromium",
    "tests.house.rules",
]
