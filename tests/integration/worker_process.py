"""`python -m tests.integration.worker_process [ROLE…]`: a worker with settings from OFFBOOK_*."""

from __future__ import annotations

import os
import sys

from offbook.streams.settings import load
from offbook.streams.worker import ROLES, main

if __name__ == "__main__":
    wanted = [role for role in ROLES if role in sys.argv[1:]] or ROLES
    sys.exit(main(load(None, os.environ), wanted))
