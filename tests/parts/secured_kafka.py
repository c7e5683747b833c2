"""Apache Kafka that asks for TLS and a password, and gives rights by ACL (StandardAuthorizer)."""

from __future__ import annotations

from pathlib import Path

from kafka.admin import KafkaAdminClient

from offbook.cli.demo.server_process import LOOPBACK, free_port
from tests.parts.apache_kafka import ApacheKafka
from tests.parts.certificate import Certificate

_LISTENER = "org.apache.kafka.common.security.plain.PlainLoginModule required"


class SecuredKafka(ApacheKafka):
    """`bootstrap` is for the super user, in clear; `secured` asks for TLS and PLAIN, `tls` for TLS
    alone, `mutual` for a certificate of the client as well. Whoever is not the super user may do
    what ACLs allow, and that is nothing at first.

    `users` gives passwords by name.
    """

    name = "secured-kafka"

    def __init__(self, users: dict[str, str]) -> None:
        super().__init__()
        self.users = users
        self._secured_port = free_port()
        self._tls_port = free_port()
        self._mutual_port = free_port()

    @property
    def secured(self) -> str:
        """`host:port` where TLS and a password are asked for."""
        return f"{LOOPBACK}:{self._secured_port}"

    @property
    def tls(self) -> str:
        """`host:port` where TLS is asked for, and no password."""
        return f"{LOOPBACK}:{self._tls_port}"

    def _properties(self) -> str:
        self._certificate = Certificate(self.directory)
        users = " ".join(f'user_{name}="{password}"' for name, password in self.users.items())
        more = {
            "listeners": f"PLAINTEXT://{self.bootstrap},SECURED://{self.secured},TLS://{self.tls},"
            f"MUTUAL://{self.mutual},CONTROLLER://{LOOPBACK}:{self._controller_port}",
            "advertised.listeners": f"PLAINTEXT://{self.bootstrap},SECURED://{self.secured},"
            f"TLS://{self.tls},MUTUAL://{self.mutual}",
            "inter.broker.listener.name": "PLAINTEXT",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,"
            "SECURED:SASL_SSL,TLS:SSL,MUTUAL:SSL",
            "listener.name.mutual.ssl.client.auth": "required",
            "ssl.keystore.location": self._certificate.both,
            "ssl.keystore.type": "PEM",
            "sasl.enabled.mechanisms": "PLAIN",
            "listener.name.secured.plain.sasl.jaas.config": f"{_LISTENER} {users};",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
        }
        lines = [
            line
            for line in super()._properties().splitlines()
            if line.partition("=")[0] not in more
        ]
        return "\n".join([*lines, *(f"{key}={value}" for key, value in more.items())]) + "\n"

    @property
    def mutual(self) -> str:
        """`host:port` where TLS and a client's certificate are asked for."""
        return f"{LOOPBACK}:{self._mutual_port}"

    @property
    def certificate(self) -> Path:
        """The broker's certificate, which is its own authority, as PEM."""
        return self._certificate.certificate

    def admin(self) -> KafkaAdminClient:
        """A client of the super user."""
        return KafkaAdminClient(bootstrap_servers=self.bootstrap)
