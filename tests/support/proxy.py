"""sipws-proxy for tests: in a folder of its own, on ports that the system picks, with users whose passwords are known."""
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

import sip

DOMAIN = "example.test"
TRANSPORTS = ("udp", "tcp", "tls", "ws", "wss")


class Proxy:
    logs = None  # another folder for what it writes on stderr

    def __init__(self, build, *options, users=("alice", "bob"), transports=TRANSPORTS, address="127.0.0.1"):
        self.folder = tempfile.mkdtemp(prefix="cord-")
        self.env = {**sip.programs(build), "CORDBOARD_RUN_DIR": self.folder}
        self.run("sipdb", "create", "-q")
        for user in users:
            self.run("sipctl", "add", f"{user}@{DOMAIN}", "--password-stdin", input=f"{user}-secret\n")
        self.events_file, self.trace_file = f"{self.folder}/events", f"{self.folder}/trace"
        listeners = [word for t in transports for word in ("-l", f"{t}:{address}:0")]
        self.arguments = ["sipws-proxy", *listeners, "--events", self.events_file, "--trace", self.trace_file, *options]
        self.process = None
        self.start()

    def start(self):
        """Starts it, and reads its addresses from the line that says it is ready."""
        self.log_file = f"{self.logs or self.folder}/log"
        self.log = open(self.log_file, "a+", encoding="utf-8")
        self.log.seek(0, os.SEEK_END)
        begin = self.log.tell()
        self.process = subprocess.Popen(self.arguments, env=self.env, stderr=self.log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while "ready on" not in self.words(begin):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the proxy does not come up: {self.words(begin)}")
            time.sleep(0.02)
        found = re.findall(r"\b(udp|tcp|tls|ws|wss):(\S+):(\d+)", self.words(begin).split("ready on")[1].split("\n")[0])
        self.listeners = [(transport, host.strip("[]"), int(port)) for transport, host, port in found]
        self.ports = {transport: port for transport, _, port in self.listeners}

    def words(self, begin=0):
        """What it wrote on stderr."""
        with open(self.log_file, encoding="utf-8") as log:
            log.seek(begin)
            return log.read()

    def run(self, *command, **options):
        """A tool of the build in this proxy's surroundings."""
        return subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=30, **options)

    def rpc(self, method, *arguments):
        done = self.run("sipctl", "rpc", method, *arguments)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return json.loads(done.stdout) if done.stdout.strip() else None

    def statistic(self, name):
        return int(self.rpc("stats.get_statistics", name)[0].split("=")[1])

    def events(self, kind=None):
        with open(self.events_file, encoding="utf-8") as lines:
            return [e for e in map(json.loads, lines) if kind in (None, e["type"])]

    def eventually(self, condition, seconds=5):
        """Whether the condition comes true in time."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def at(self, transport):
        return "127.0.0.1", self.ports[transport]

    def agent(self, transport="udp", user="alice", password=None, domain=DOMAIN, **rest):
        return sip.Agent(self.at(transport), user, domain, password or f"{user}-secret", transport, **rest)

    def alive(self):
        return self.process.poll() is None

    def stop(self, number=signal.SIGTERM):
        """Ends it and gives its exit code."""
        if self.alive():
            self.process.send_signal(number)
        return self.process.wait(20)

    def restart(self, number=signal.SIGKILL):
        """Ends it by this signal, and starts it again on the same ports."""
        self.stop(number)
        for i, word in enumerate(self.arguments):
            transport, _, rest = word.partition(":")
            if transport in self.ports and rest.endswith(":0"):
                self.arguments[i] = f"{transport}:{rest[:-2]}:{self.ports[transport]}"
        self.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.alive():
            self.process.kill()
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)
