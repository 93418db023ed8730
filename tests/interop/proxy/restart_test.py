#!/usr/bin/env python3
"""A proxy with --state that is killed, or ended in order, and started again: established calls go on. TAP."""
import os
import pathlib
import signal
import stat
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import proxy as server  # noqa: E402
import sip  # noqa: E402
from tap import check, done, run  # noqa: E402

BUILD = sys.argv[1]
URI = f"sip:bob@{server.DOMAIN}"


class Call:
    """alice has called bob, who has answered; their later requests go along the routes that they learned."""

    def __init__(self, proxy, left, right):
        self.caller, self.callee = proxy.agent(left, "alice"), proxy.agent(right, "bob")
        for agent in (self.caller, self.callee):
            assert agent.register().code == 200
        headers = [f"Contact: {self.caller.contact}"]
        self.caller.send(self.caller.request("INVITE", URI, headers=headers))
        challenge = self.caller.final()
        credentials = sip.digest(challenge.get("Proxy-Authenticate"), "alice", self.caller.password, "INVITE", URI)
        self.caller.send(self.caller.request("INVITE", URI, headers=[*headers, f"Proxy-Authorization: {credentials}"]))
        self.invite = self.callee.receive()
        self.callee.answer(self.invite, 200, "OK")
        self.ok = self.caller.final()
        self.by_caller("ACK", cseq=self.caller.cseq)
        self.callee.receive()

    def by_caller(self, method, **rest):
        routes = [f"Route: {r}" for r in reversed(self.ok.all("Record-Route"))]
        target = self.ok.get("Contact").strip("<>")
        self.caller.send(self.caller.request(method, target, to=self.ok.get("To"), headers=routes, call_id=self.caller.call_id, **rest))

    def by_callee(self, method):
        routes = [f"Route: {r}" for r in self.invite.all("Record-Route")]
        self.callee.tag = self.ok.get("To").split("tag=")[1]
        self.callee.send(self.callee.request(method, self.invite.get("Contact").strip("<>"), to=self.invite.get("From"), headers=routes,
                                             call_id=self.invite.get("Call-ID")))

    def comes_back(self, proxy):
        """The caller's client on another connection, with all else as it was."""
        before, self.caller = self.caller, proxy.agent(self.caller.transport, "alice")
        before.close()
        for name in ("host", "tag", "call_id", "cseq"):
            setattr(self.caller, name, getattr(before, name))
        # Another CSeq space: this REGISTER is of another call.
        uri = f"sip:{server.DOMAIN}"
        return self.caller.authenticated("REGISTER", uri, to=f"<sip:alice@{server.DOMAIN}>", call_id="again",
                                         headers=[f"Contact: {self.caller.contact}", "Expires: 600"])

    def close(self):
        self.caller.close()
        self.callee.close()


def passes(call, what):
    call.by_callee("INFO")
    there = call.caller.receive()
    check(there.method == "INFO", f"{what}: a request of the callee arrives", there.raw)
    call.caller.answer(there, 200, "OK")
    check(call.callee.final().code == 200, f"{what}: and its answer")


def ends(call, proxy, what):
    call.by_caller("BYE")
    bye = call.callee.receive()
    call.callee.answer(bye, 200, "OK")
    check(call.caller.final().code == 200, f"{what}: the BYE ends it")
    check(proxy.eventually(lambda: proxy.run("sipctl", "calls").stdout == ""), f"{what}: it is no call any more")
    call.close()


def between_phones(number, what):
    with tempfile.TemporaryDirectory() as folder, server.Proxy(BUILD, "--state", f"{folder}/state", transports=("udp",)) as proxy:
        call = Call(proxy, "udp", "udp")
        proxy.restart(number)
        check("calls of the process before that go on: 1" in proxy.words(), f"{what}: the log tells of it", proxy.words())
        check(f"bob@{server.DOMAIN}" in proxy.run("sipctl", "calls").stdout, f"{what}: sipctl calls shows it")
        passes(call, what)
        proxy.restart(number)
        ends(call, proxy, what)
        proxy.restart(number)
        check(proxy.run("sipctl", "calls").stdout == "", f"{what}: one that has ended is not taken up again")
        modes = {name: stat.S_IMODE(os.stat(f"{folder}/state/{name}").st_mode) for name in (".", "secret", "calls")}
        check(modes == {".": 0o700, "secret": 0o600, "calls": 0o600}, f"{what}: what is kept is for us alone", modes)


def of_a_browser():
    with tempfile.TemporaryDirectory() as folder, server.Proxy(BUILD, "--bridge", "never", "--state", folder, transports=("udp", "ws")) as proxy:
        call = Call(proxy, "ws", "udp")
        proxy.restart()
        check(call.comes_back(proxy).code == 200, "browser: it registers again")
        passes(call, "browser")
        ends(call, proxy, "browser")


def that_never_comes_back():
    with tempfile.TemporaryDirectory() as folder, server.Proxy(BUILD, "--bridge", "never", "--state", folder, "--grace", "1", transports=("udp", "ws")) as proxy:
        call = Call(proxy, "ws", "udp")
        proxy.restart()
        bye = call.callee.receive()
        check(bye.method == "BYE" and bye.get("Reason").startswith("SIP;cause=480"), "nobody comes back: the phone gets a BYE", bye.raw)
        call.callee.answer(bye, 200, "OK")
        call.close()


def is_guarded():
    with tempfile.TemporaryDirectory() as folder, server.Proxy(BUILD, "--bridge", "never", "--state", folder, transports=("udp",)) as proxy:
        free = ["sipws-proxy", "-l", "udp:127.0.0.1:0", "--control", f"{proxy.folder}/other.sock", "--state"]
        second = proxy.run(*free, folder)
        check(second.returncode == 73 and "another proxy" in second.stderr, "a folder in use: 73", second.stderr)
        nowhere = proxy.run(*free, "/nonexistent/state")
        check(nowhere.returncode == 73 and "No such file" in nowhere.stderr, "a folder that cannot be made: 73", nowhere.stderr)
        os.mkdir(f"{folder}/open")
        pathlib.Path(f"{folder}/open/secret").write_text("x" * 32, encoding="utf-8")
        os.chmod(f"{folder}/open/secret", 0o644)
        public = proxy.run(*free, f"{folder}/open")
        check(public.returncode == 77 and "secret" in public.stderr, "a secret that others can read: 77", public.stderr)


def without_it():
    with server.Proxy(BUILD, transports=("udp",)) as proxy:
        call = Call(proxy, "udp", "udp")
        proxy.restart()
        call.by_callee("BYE")
        check(call.callee.final().code in (403, 407, 481), "without --state the next process does not know the call")
        call.close()


def main():
    run(between_phones, signal.SIGKILL, "killed")
    run(between_phones, signal.SIGTERM, "ended")
    run(of_a_browser)
    run(that_never_comes_back)
    run(is_guarded)
    run(without_it)
    done()


main()
