"""A PostgreSQL cluster of the test run's own, on a free port, gone afterwards."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from tests.house.processes import end_with_parent, free_port

TRIES = 3
READY_WITHIN = 30.0
SETTINGS = ["-c", "max_connections=200", "-c", "shared_buffers=64MB", "-c", "listen_addresses=127.0.0.1"]

CUT_OFF: LiteralString = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
# As a replica no foreign key is looked at, so that the order of the tables does not matter.
EMPTY: LiteralString = """DO $$
DECLARE each text;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOR each IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'
  LOOP EXECUTE format('DELETE FROM %I', each); END LOOP;
END $$"""


class Cluster:
    """A running cluster; fsync stays on, since what is tested is that answers are durable."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="concentric-pg-"))
        self.owner = "postgres" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
        if self.owner:
            person = pwd.getpwnam(self.owner)
            os.chown(self.folder, person.pw_uid, person.pw_gid)
        self.log = self.folder / "log"
        self.start()

    def _command(self, program: str, *arguments: str) -> list[str]:
        return [str(self.programs / program), *arguments]

    def _initialise(self, data: Path) -> None:
        options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync"]
        done = subprocess.run(
            self._command("initdb", *options, "-D", str(data)),
            user=self.owner,
            group=self.owner,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"initdb failed: {done.stdout}{done.stderr}")

    def start(self) -> None:
        """Start it, first making it; somebody else may take the free port in between, hence the tries."""
        data = self.folder / "data"
        if not data.exists():
            self._initialise(data)
        for _ in range(TRIES):
            self.port = free_port()
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(
                    self._command(
                        "postgres", "-D", str(data), "-k", str(self.folder), "-p", str(self.port), *SETTINGS
                    ),
                    user=self.owner,
                    group=self.owner,
                    cwd=self.folder,
                    stdout=log,
                    stderr=log,
                    preexec_fn=end_with_parent(signal.SIGQUIT),
                )
            if self._is_ready():
                return
        raise RuntimeError(f"PostgreSQL did not start: {self.log.read_text()}")

    def _is_ready(self) -> bool:
        waited = 0.0
        while waited < READY_WITHIN:
            try:
                psycopg.connect(self.dsn("postgres"), connect_timeout=5).close()
                return True
            except psycopg.OperationalError:
                pass
            try:
                self.process.wait(0.05)
                return False
            except subprocess.TimeoutExpired:
                waited += 0.05
        self.process.kill()
        self.process.wait()
        return False

    def dsn(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def url(self, name: str) -> str:
        """The address of one database, as the program takes it."""
        return self.dsn(name).replace("postgresql://", "postgresql+psycopg://")

    def _say(self, statement: LiteralString, *names: str) -> None:
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def create(self, name: str) -> None:
        """An empty database; one that a failed attempt has left behind makes way."""
        self._say("DROP DATABASE IF EXISTS {}", name)
        self._say("CREATE DATABASE {}", name)

    def copy(self, template: str, name: str) -> None:
        self._say("CREATE DATABASE {} TEMPLATE {}", name, template)

    def empty(self, name: str) -> None:
        """Every row goes but the version of the tables; whoever is still connected is cut off first.

        Ten times quicker than dropping the database and copying the template again.
        """
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(CUT_OFF, [name])
        with psycopg.connect(self.dsn(name), autocommit=True) as connection:
            connection.execute(EMPTY)

    def drop(self, name: str) -> None:
        self._say("DROP DATABASE {} WITH (FORCE)", name)

    def stop(self) -> None:
        """The fast shutdown, which does not wait for connections; then the folder goes."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
