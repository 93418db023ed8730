#!/usr/bin/env python3
"""tools/examples/gateway.sh as a user runs it: comes up, shows accounts once, serves, ends without a trace. TAP."""
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/support"))
import sip  # noqa: E402

BUILD = sys.argv[1]
ENV = sip.programs(BUILD)
number = failures = 0


def check(ok, what, detail=""):
    global number, failures
    number += 1
    failures += not ok
    print(f"{'ok' if ok else 'not ok'} {number} - {what}", flush=True)
    if not ok and detail:
        print("\n".join("# " + line for line in str(detail).splitlines()[-20:]), flush=True)


class Gateway:
    """One run of the script in a process group of its own, as on a terminal."""

    def __init__(self, folder, ports):
        self.folder, self.ports = folder, ports
        options = ["--dir", folder, "--bin", f"{BUILD}/tools", "--address", "127.0.0.1", "--domain", "example.test",
                   "--sip", str(ports["sip"]), "--ws", str(ports["ws"]), "--wss", str(ports["wss"]), "--media", "38000-38099"]
        self.process = subprocess.Popen([str(ROOT / "tools/examples/gateway.sh"), *options], stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, start_new_session=True)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.output = ""

    def read(self):
        """Adds what the gateway has said since."""
        try:
            while said := os.read(self.process.stdout.fileno(), 65536):
                self.output += said.decode()
        except BlockingIOError:
            pass

    def came_up(self, seconds=30):
        """Reads until the gateway says how to end it, or ends by itself."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            ended = self.process.poll() is not None
            self.read()
            if ended or "Ctrl-C ends it" in self.output:
                return not ended
            time.sleep(0.05)
        return False

    def end(self):
        """Ctrl-C: the signal reaches the whole group. Gives back the exit code, and what was left running."""
        os.killpg(self.process.pid, signal.SIGINT)
        code = self.process.wait(20)
        deadline = time.monotonic() + 3
        while (left := self.running()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return code, "\n".join(left)

    def running(self):
        """Processes of the group that have not ended; one that only waits to be reaped has."""
        rows = subprocess.run(["ps", "-e", "-o", "pgid=,stat=,args="], capture_output=True, text=True).stdout.splitlines()
        return [row for row in rows if row.split()[0] == str(self.process.pid) and not row.split()[1].startswith("Z")]


def first_run(gateway):
    up = gateway.came_up()
    check(up, "the gateway comes up", gateway.output)
    if not up:
        return
    passwords = dict(re.findall(r"(alice|bob)@example\.test, password (\S+)", gateway.output))
    check(set(passwords) == {"alice", "bob"}, "it shows two accounts with their passwords", gateway.output)
    with sip.Agent(("127.0.0.1", gateway.ports["sip"]), "alice", "example.test", passwords.get("alice", "")) as phone:
        check(phone.register().code == 200, "a phone registers with the password shown")
        contacts = subprocess.run(["sipctl", "contacts", "alice"], env={**ENV, "CORDBOARD_RUN_DIR": gateway.folder},
                                  capture_output=True, text=True)
        check(f"127.0.0.1:{phone.port}" in contacts.stdout, "sipctl contacts shows it", contacts.stdout + contacts.stderr)
    untrusting = ssl._create_unverified_context()
    with urllib.request.urlopen(f"https://127.0.0.1:{gateway.ports['wss']}/healthz", context=untrusting, timeout=5) as answer:
        check(answer.read() == b"ok\n", "HTTPS answers on the WSS port")


def ends_clean(gateway):
    code, left = gateway.end()
    check(code == 130, "Ctrl-C ends it", f"exit code {code}")
    check(not left, "no process is left", left)
    sockets = [p.name for p in pathlib.Path(gateway.folder).iterdir() if p.is_socket()]
    check(not sockets, "no socket is left", sockets)


def main():
    ports = {"sip": sip.free_port(), "ws": sip.free_port(socket.SOCK_STREAM), "wss": sip.free_port(socket.SOCK_STREAM)}
    with tempfile.TemporaryDirectory() as folder:
        gateway = Gateway(folder, ports)
        first_run(gateway)
        ends_clean(gateway)

        again = Gateway(folder, ports)
        check(again.came_up() and "password " not in again.output.replace("a new password", ""),
              "a second run keeps the accounts and shows no password", again.output)
        ends_clean(again)

        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(("0.0.0.0", ports["sip"]))
            blocked = Gateway(folder, ports)
            up = blocked.came_up()
            check(not up and blocked.process.returncode == 69, "a taken port ends it with 69", blocked.output)
            check(re.search(rf"\b{ports['sip']}\b.*(in use|taken)", blocked.output) is not None, "and is told in one line", blocked.output)
            if up:
                blocked.end()
    print(f"1..{number}")
    sys.exit(1 if failures else 0)


main()
