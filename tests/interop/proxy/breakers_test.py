#!/usr/bin/env python3
"""Two media gateways: they share the calls, one that falls silent is left, and what they cannot use is refused in words. TAP."""
import os
import pathlib
import re
import secrets
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import proxy as server  # noqa: E402
import sip  # noqa: E402
from tap import check, done, run  # noqa: E402

BUILD = sys.argv[1]
SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.9\r\ns=-\r\nc=IN IP4 127.0.0.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"


class Breaker:
    """One that is known by the address of its media."""

    def __init__(self, folder, address):
        self.address, self.socket, run_dir = address, f"{folder}/{address}.ng", f"{folder}/{address}"
        os.mkdir(run_dir, 0o700)
        self.log = open(f"{folder}/{address}.log", "w", encoding="utf-8")
        self.process = subprocess.Popen(["rtc-breaker", "--ng", f"unix:{self.socket}", "--interface", address],
                                        env={**sip.programs(BUILD), "CORDBOARD_RUN_DIR": run_dir}, stderr=self.log)

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self):
        if self.process.poll() is None:
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGTERM)
            self.process.wait(20)
        self.log.close()


def offer(alice, sdp):
    """alice calls bob, with her password; what becomes of it is not waited for."""
    uri, alice.call_id = f"sip:bob@{server.DOMAIN}", f"{secrets.token_hex(8)}@test"
    headers = [f"Contact: {alice.contact}", "Content-Type: application/sdp"]
    alice.send(alice.request("INVITE", uri, headers=headers, body=sdp))
    challenge = alice.final()
    credentials = sip.digest(challenge.get("Proxy-Authenticate"), alice.user, alice.password, "INVITE", uri)
    alice.send(alice.request("INVITE", uri, headers=[*headers, f"Proxy-Authorization: {credentials}"], body=sdp))


def served_by(alice, bob):
    """Whose address is in the offer that arrives; the call ends there."""
    offer(alice, SDP)
    invite = bob.receive()
    while invite.method != "INVITE":
        invite = bob.receive()
    bob.answer(invite, 486)
    assert alice.final().code == 486
    return re.search(r"c=IN IP4 (\S+)", invite.body)[1]


def are_shared(proxy, alice, bob, breakers):
    check(proxy.eventually(lambda: len(proxy.events("breaker-up")) == 2, 20), "both answer")
    everyone = {breaker.address for breaker in breakers}
    check({served_by(alice, bob), served_by(alice, bob)} == everyone, "of two calls each gets one")
    breakers[0].signal(signal.SIGSTOP)
    got = {served_by(alice, bob), served_by(alice, bob)}
    check(got == {breakers[1].address}, "one falls silent: the call that asks it goes on by the other", got)
    check(proxy.events("breaker-down"), "and an event tells that it is down")
    breakers[0].signal(signal.SIGCONT)
    check(proxy.eventually(lambda: len(proxy.events("breaker-up")) == 3, 20), "it answers again")
    check({served_by(alice, bob), served_by(alice, bob)} == everyone, "and gets its share")


def say_why(proxy, alice):
    for what, sdp, line, text in (
            ("keys that are missing", SDP.replace("RTP/AVP", "RTP/SAVP"), 6, "m=audio 4000 RTP/SAVP 0"),
            ("a line that is none", SDP.replace("s=-", "s=-\r\nsecret"), 4, "se")):
        offer(alice, sdp)
        refused = alice.final()
        check(refused.code == 488, f"{what}: 488", refused.raw)
        warning = refused.get("Warning")
        check(re.match(rf'399 127\.0\.0\.1:\d+ "the caller\'s SDP, line {line} \({re.escape(text)}\): ', warning),
              f"{what}: the Warning names the side and the line", warning)
        told = proxy.events("media-refused")[-1]
        check((told["leg"], told["line"], told["sdp"], told["code"]) == ("caller", line, text, 488), f"{what}: and so does an event", told)


def main():
    with tempfile.TemporaryDirectory() as folder:
        breakers = [Breaker(folder, address) for address in ("127.0.0.1", "127.0.0.2")]
        try:
            options = [word for breaker in breakers for word in ("--breaker", f"unix:{breaker.socket}")]
            with server.Proxy(BUILD, "--bridge", "always", *options, transports=("udp", "tcp")) as proxy, \
                    proxy.agent("tcp", timeout=15) as alice, proxy.agent("udp", "bob", timeout=15) as bob:
                bob.register()
                run(are_shared, proxy, alice, bob, breakers)
                run(say_why, proxy, alice)
                for breaker in breakers:
                    breaker.stop()
                check(proxy.eventually(lambda: len(proxy.events("breaker-down")) >= 3, 20), "both are gone")
                offer(alice, SDP)
                refused = alice.final()
                check(refused.code == 503 and "breaker" in refused.get("Warning"), "then a call gets 503, and is told why", refused.raw)
        finally:
            for breaker in breakers:
                breaker.stop()
    done()


main()
