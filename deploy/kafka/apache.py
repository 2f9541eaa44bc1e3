"""Apache Kafka on this machine, from its published artifacts: one node, KRaft, no container (README.md)."""

import logging
import os
import re
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path
from string import Template

from deploy.local.broker import Broker
from deploy.local.child import Child, Command, run_tool
from deploy.local.errors import ToolMissing
from deploy.local.files import write_whole
from deploy.local.home import Home
from deploy.local.ports import LOOPBACK, require_free

log = logging.getLogger(__name__)

HERE = Path(__file__).resolve().parent
OLDEST_JAVA = 17
"""Kafka 4 brokers need it."""

INSTALL = (
    "On Debian or Ubuntu: apt-get install openjdk-17-jre-headless maven (or a newer openjdk). "
    "Without them, use --kafka embedded."
)
FORMATTER, BROKER = "kafka.tools.StorageTool", "kafka.Kafka"
QUIET = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"


class Apache(Broker):
    """One Apache Kafka broker whose jars, settings and records lie in the home."""

    name = "kafka"
    kind, idempotent, durable = "apache", True, True

    def __init__(self, home: Home, port: int | None = None) -> None:
        super().__init__(home)
        self.port = port or home.port(self.name)
        self.controller_port = home.port("kafka-controller")
        self.bootstrap = f"{LOOPBACK}:{self.port}"
        self._folder = home.folder("kafka")
        self._jars = home.settings.kafka_jars or self._folder / "jars"

    def launch(self) -> None:
        """Fetch the jars and format the storage where that has not been done, and start the broker."""
        java = find_java()
        self._sweep()
        fetch_jars(self.home, self._jars)
        self._configure()
        self._format(java)
        require_free(self.port, self.name)
        require_free(self.controller_port, f"{self.name}'s controller")
        self.child = Child(self.home, Command(name=self.name, argv=self._java(java, BROKER, str(self._properties))))

    def wipe(self) -> None:
        """Lose everything, as a dead disk would, and come up empty."""
        self.kill()
        shutil.rmtree(self._data)
        self.start()

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    @property
    def _properties(self) -> Path:
        return self._folder / "server.properties"

    def _sweep(self) -> None:
        """Remove what a killed fetch left in this home; a cache elsewhere may be in use by others."""
        for unfinished in self._folder.glob("jars.new-*"):
            shutil.rmtree(unfinished, ignore_errors=True)

    def _configure(self) -> None:
        template = Template((HERE / "server.properties").read_text(encoding="utf-8"))
        write_whole(
            self._properties,
            template.substitute(port=self.port, controller_port=self.controller_port, data=self._data),
        )

    def _format(self, java: Path) -> None:
        """Give the storage its identity, once. The file looked for is the last one that the formatter writes."""
        if (self._data / "meta.properties").exists():
            return
        shutil.rmtree(self._data, ignore_errors=True)
        cluster = secrets.token_urlsafe(16)
        options = ("format", f"--cluster-id={cluster}", "--config", str(self._properties))
        command = Command("kafka-format", self._java(java, FORMATTER, *options))
        run_tool(self.home, command, "Kafka's storage could not be formatted")

    def _java(self, java: Path, program: str, *arguments: str) -> list[str]:
        heap = f"-Xmx{self.home.settings.kafka_heap_mb}m"
        return [str(java), heap, QUIET, "-cp", f"{self._jars}/*", program, *arguments]


def find_java() -> Path:
    """Return a Java that Kafka runs on, from JAVA_HOME or the path; raises ToolMissing with what to install."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")
    if found is None:
        raise ToolMissing(f"Apache Kafka needs Java {OLDEST_JAVA} or newer; none was found. {INSTALL}")
    release = _release_of(found)
    if release < OLDEST_JAVA:
        raise ToolMissing(f"Apache Kafka needs Java {OLDEST_JAVA} or newer; {found} is {release}. {INSTALL}")
    return Path(found)


def fetch_jars(home: Home, place: Path) -> None:
    """Fetch Kafka and what it stands on with Maven, once; they appear by one rename when all are there."""
    if place.exists():
        return
    maven = shutil.which("mvn")
    if maven is None:
        raise ToolMissing(f"Apache Kafka's jars are fetched with Maven (mvn); it was not found. {INSTALL}")
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="jars.new-", dir=place.parent) as draft:
        jars = Path(draft) / "jars"
        goal = (f"--file={HERE / 'pom.xml'}", "dependency:copy-dependencies", f"-DoutputDirectory={jars}")
        log.info("Fetching Apache Kafka's jars with Maven, once")
        # Maven takes its options, proxies and certificates from the environment.
        command = Command("maven", [maven, "--quiet", "--batch-mode", *goal], env=os.environ)
        run_tool(home, command, "Maven could not fetch Apache Kafka")
        try:
            jars.rename(place)
        except OSError:
            if not place.exists():  # else another run was quicker
                raise


def _release_of(java: str) -> int:
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)  # noqa: S603 - found above
    number = re.search(r'version "(\d+)', said.stderr)
    return int(number.group(1)) if number else 0
