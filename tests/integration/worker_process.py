"""`python -m tests.integration.worker_process [ROLE…]`: a worker with settings from OFFBOOK_*, and
from the file that OFFBOOK_CONFIG names."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from streams.service.reload import ConfigFile
from streams.service.worker import ROLES, main
from streams.settings.loading import load
from streams.settings.settings import CONFIG_VARIABLE

if __name__ == "__main__":
    wanted = [role for role in ROLES if role in sys.argv[1:]] or ROLES
    path = os.environ.get(CONFIG_VARIABLE)
    config = None if path is None else Path(path)
    settings = load(config, os.environ)
    file = None if config is None else ConfigFile(config, os.environ, settings)
    sys.exit(main(settings, wanted, file))
