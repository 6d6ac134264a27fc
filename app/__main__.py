"""python -m app COMMAND: see app/cli.py."""

import sys

if "serve" in sys.argv[1:2]:
    from app import runtime
    from app.config import from_environment

    if from_environment().async_mode == "eventlet":
        runtime.patch()  # before anything else is imported; nothing but the server is ever patched

from app.cli import main

main()
