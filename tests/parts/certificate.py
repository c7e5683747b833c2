"""A certificate for loopback that is its own authority, made anew by openssl."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

from offbook.cli.demo.server_process import LOOPBACK, EmbeddedMissingError


class Certificate:
    """PEM files in `directory`: `certificate`, its `key`, and `both` in one."""

    def __init__(self, directory: Path) -> None:
        openssl = shutil.which("openssl")
        if openssl is None:
            raise EmbeddedMissingError("a server with TLS needs openssl on the PATH")
        self.certificate = directory / "certificate.pem"
        self.key = directory / "key.pem"
        self.both = directory / "both.pem"
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        names = ["-subj", "/CN=offbook-test", "-addext", f"subjectAltName=IP:{LOOPBACK}"]
        files = ["-keyout", str(self.key), "-out", str(self.certificate)]
        subprocess.run(
            [openssl, "req", "-x509", "-days", "30", *curve, *names, *files],
            capture_output=True,
            check=True,
            timeout=60,
        )
        self.both.write_text(self.key.read_text() + self.certificate.read_text())

    def context(self) -> ssl.SSLContext:
        """For a server that has it."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate, self.key)
        return context
