#!/usr/bin/env python3
"""tools/examples/gateway.sh as a user runs it: comes up, shows accounts once, serves, ends without a trace. TAP."""
import fcntl
import os
import pathlib
import pty
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import termios
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/support"))
import sip  # noqa: E402
from tap import check, done  # noqa: E402

BUILD = sys.argv[1]
SCRIPT = str(ROOT / "tools/examples/gateway.sh")


class Gateway:
    """One run of the script on a terminal of its own, so that Ctrl-C is what the terminal makes of it."""

    def __init__(self, folder, ports, address="127.0.0.1", *more):
        self.folder, self.ports, self.address, self.output = folder, ports, address, ""
        options = ["--dir", folder, "--bin", f"{BUILD}/tools", "--www", "/nowhere", "--address", address, "--sip", str(ports["sip"]),
                   "--ws", str(ports["ws"]), "--wss", str(ports["wss"]), "--media", "38000-38099", *more]
        self.terminal, theirs = pty.openpty()
        self.process = subprocess.Popen([SCRIPT, *options], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
                                        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(theirs)
        os.set_blocking(self.terminal, False)

    def read(self):
        """Adds what the gateway has said since."""
        try:
            while said := os.read(self.terminal, 65536):
                self.output += said.decode().replace("\r\n", "\n")
        except OSError:  # nothing now, or the last of its processes has closed the terminal
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

    def interrupt(self):
        os.write(self.terminal, b"\x03")

    def ended(self):
        """Gives back the exit code, and what was left running."""
        code = self.process.wait(20)
        deadline = time.monotonic() + 3
        while (left := self.running()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return code, left

    def running(self):
        """The processes that have this folder in their environment, the script aside."""
        mark = f"CORDBOARD_RUN_DIR={self.folder}\0".encode()
        found = {}
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if mark in (process / "environ").read_bytes():
                    found[int(process.name)] = (process / "comm").read_text().strip()
            except OSError:  # it has ended meanwhile
                pass
        return found

    def passwords(self):
        return dict(re.findall(r"(alice|bob)@\S+, password (\w+)$", self.output, re.MULTILINE))

    def agent(self, user, password):
        return sip.Agent((self.address, self.ports["sip"]), user, "127.0.0.1", password)


def refuses(what, gateway, words):
    up = gateway.came_up()
    check(not up and gateway.process.returncode == 69 and "Web phone" not in gateway.output, f"{what} ends it with 69", gateway.output)
    check(re.search(words, gateway.output) is not None, "and is told in a line", gateway.output)
    if up:
        gateway.interrupt()
        gateway.ended()


def first_that_comes_up(gateway):
    up = gateway.came_up()
    check(up, "the gateway comes up", gateway.output)
    passwords = gateway.passwords()
    check(set(passwords) == {"alice", "bob"}, "it shows two accounts with their passwords, though a run before it failed", gateway.output)
    check("none: no index.html in /nowhere" in gateway.output, "and that there is no web phone where it was told", gateway.output)
    with gateway.agent("alice", passwords.get("alice", "")) as phone:
        check(phone.register().code == 200, "a phone registers with the password shown")
        command = re.search(r"^  Contacts +(.*)$", gateway.output, re.MULTILINE)[1]
        contacts = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
        check(f"127.0.0.1:{phone.port}" in contacts.stdout, "the printed command shows it", command + contacts.stdout + contacts.stderr)
    untrusting = ssl._create_unverified_context()
    with urllib.request.urlopen(f"https://127.0.0.1:{gateway.ports['wss']}/healthz", context=untrusting, timeout=5) as answer:
        check(answer.read() == b"ok\n", "HTTPS answers on the WSS port")
    return passwords


def stays_alone(gateway):
    refuses("a second gateway in its folder", Gateway(gateway.folder, gateway.ports), "runs in .* already")
    check(gateway.process.poll() is None and len(gateway.running()) >= 2, "and the first one stays", gateway.running())


def keeps_sound_while_it_waits(gateway, passwords):
    """Ctrl-C while a call stands: the proxy waits for its end, and the media gateway with it."""
    with gateway.agent("alice", passwords["alice"]) as caller, gateway.agent("bob", passwords["bob"]) as callee:
        callee.register()
        uri, headers = "sip:bob@127.0.0.1", [f"Contact: {caller.contact}"]
        caller.send(caller.request("INVITE", uri, headers=headers))
        credentials = sip.digest(caller.final().get("Proxy-Authenticate"), "alice", caller.password, "INVITE", uri)
        caller.send(caller.request("INVITE", uri, headers=[*headers, f"Proxy-Authorization: {credentials}"]))
        callee.answer(callee.receive(), 200, "OK")
        answer = caller.final()
        caller.send(caller.request("ACK", uri, to=answer.get("To"), cseq=caller.cseq,
                                   headers=[f"Route: {r}" for r in answer.all("Record-Route")]))
        gateway.interrupt()
        time.sleep(1)
        left = set(gateway.running().values())
        check({"sipws-proxy", "rtc-breaker"} <= left, "Ctrl-C in a call: both daemons wait for its end", left)
    gateway.interrupt()
    began = time.monotonic()
    ends_clean(gateway, "a second Ctrl-C")
    check(time.monotonic() - began < 3, "at once")


def ends_clean(gateway, how="Ctrl-C"):
    code, left = gateway.ended()
    check(code == 130, f"{how} ends it", f"exit code {code}")
    check(not left, "no process is left", left)
    sockets = [p.name for p in pathlib.Path(gateway.folder).iterdir() if p.is_socket()]
    check(not sockets, "no socket is left", sockets)


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


def keeps_accounts(folder, ports, passwords, environment):
    """A run at another address, after one account was removed."""
    subprocess.run(["sipctl", "rm", "bob@127.0.0.1"], env=environment, check=True)
    address = "::1" if has_ipv6() else "127.0.0.2"
    gateway = Gateway(folder, ports, address)
    check(gateway.came_up() and set(gateway.passwords()) == {"bob"}, "a second run makes the account that is missing alone", gateway.output)
    place = f"[{address}]" if ":" in address else address
    check(f"wss://{place}:{ports['wss']}/" in gateway.output, "it shows an address of IPv6 in brackets", gateway.output)
    with gateway.agent("alice", passwords["alice"]) as phone:
        check(phone.register().code == 200, "an account goes on working when the machine's address has changed")
        new, old = (pathlib.Path(folder, name).read_text() for name in ("trace.ndjson", "trace.ndjson.1"))
        check("REGISTER" in old and phone.call_id in new and not set(new.splitlines()) & set(old.splitlines()),
              "the trace is of this run alone; the one before is kept")
    gateway.interrupt()
    ends_clean(gateway)


def main():
    without_home = {key: value for key, value in os.environ.items() if key not in ("HOME", "XDG_DATA_HOME")}
    check(subprocess.run([SCRIPT, "--help"], env=without_home, capture_output=True).returncode == 0, "--help needs no HOME")
    ports = {"sip": sip.free_port(), "ws": sip.free_port(socket.SOCK_STREAM), "wss": sip.free_port(socket.SOCK_STREAM)}
    with tempfile.TemporaryDirectory(prefix="gate way ") as folder:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(("0.0.0.0", ports["sip"]))
            refuses("a taken port", Gateway(folder, ports), rf"\b{ports['sip']}\b.*(in use|taken)")
        strange = Gateway(folder, ports, "203.0.113.5")
        refuses("an address that is not this machine's", strange, r"203\.0\.113\.5")
        left = strange.running()
        check(not left, "no process is left", left)

        gateway = Gateway(folder, ports)
        try:
            passwords = first_that_comes_up(gateway)
            stays_alone(gateway)
            keeps_sound_while_it_waits(gateway, passwords)
        finally:
            gateway.process.terminate()
        keeps_accounts(folder, ports, passwords, {**sip.programs(BUILD), "CORDBOARD_RUN_DIR": folder})
    done()


main()
