#!/usr/bin/env python3
"""A browser registers through the proxy with a server that knows no WebSocket, and calls go both ways. TAP."""
import pathlib
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import proxy as server  # noqa: E402
import sip  # noqa: E402
from tap import check, done, run, skip  # noqa: E402

CHALLENGE = 'WWW-Authenticate: Digest realm="pbx.test", nonce="abc", qop="auth,auth-int", algorithm=MD5'


def uri_of(value):
    return re.search(r"<([^>]*)>", value)[1]


def register(browser, pbx):
    """By what the server asks for; gives the REGISTER that it got."""
    to, contact = "<sip:bob@pbx.test>", [f"Contact: {browser.contact};expires=60"]
    browser.send(browser.request("REGISTER", "sip:pbx.test", to=to, headers=contact))
    pbx.answer(pbx.receive(), 401, headers=[CHALLENGE])
    challenge = browser.final().get("WWW-Authenticate")
    check('qop="auth"' in challenge, "the server's challenge comes without auth-int", challenge)
    credentials = sip.digest(challenge, "bob", "pbx-secret", "REGISTER", "sip:pbx.test")
    browser.send(browser.request("REGISTER", "sip:pbx.test", to=to, headers=[*contact, f"Authorization: {credentials}"]))
    there = pbx.receive()
    check(there.get("Authorization") == credentials, "the credentials arrive as they are", there.raw)
    return there


def both_ways(kind, way):
    with sip.Far("pbx.test") as pbx:
        with server.Proxy(sys.argv[1], "--domain", server.DOMAIN, "--upstream", f"sip:127.0.0.1:{pbx.port};transport=udp",
                          "--upstream-domain", "pbx.test", "--contact", way) as proxy, \
                proxy.agent(kind, "bob", domain="pbx.test") as bob:
            there = register(bob, pbx)
            contact, path = uri_of(there.get("Contact")), there.get("Path")
            check((contact != uri_of(bob.contact)) == (way == "rewrite") == (not path), f"{way}: how the client is reached", there.raw)
            pbx.accept(there, f"Contact: <{contact}>;expires=60")
            mine = bob.final().get("Contact")
            check(mine.startswith(bob.contact) and "expires=60" in mine, f"{way}: the client finds its own Contact", mine)

            pbx.send(pbx.request("MESSAGE", contact, headers=[f"Route: {path}"] if path else []))
            got = bob.receive()
            check(got.start == f"MESSAGE {bob.contact.strip('<>')} SIP/2.0", f"{way}: a request reaches it over {kind}", got.raw)
            bob.answer(got, 200)
            check(pbx.receive().code == 200, f"{way}: and its answer the server")

            bob.send(bob.request("MESSAGE", "sip:carol@pbx.test"))
            got = pbx.receive()
            check(got.start == "MESSAGE sip:carol@pbx.test SIP/2.0", f"{way}: a request of its own goes there", got.raw)
            pbx.answer(got, 200)
            check(bob.final().code == 200, f"{way}: and is answered")

            bob.close()
            check(proxy.eventually(lambda: proxy.statistic("connections") == 0), "the browser is gone")
            pbx.send(pbx.request("MESSAGE", contact, headers=[f"Route: {path}"] if path else []))
            check(pbx.receive().code == (430 if path else 480), f"{way}: a client that is gone is absent")


KAMAILIO = """
listen=udp:127.0.0.1:%(port)d
alias=pbx.test
disable_tcp=yes
children=1
log_stderror=yes
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "siputils.so"
loadmodule "textops.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "auth.so"
request_route {
    if (is_method("CANCEL")) { t_relay(); exit; }
    if (has_totag()) { if (loose_route() || is_method("ACK")) t_relay(); exit; }
    if (is_method("REGISTER")) {
        if (!pv_www_authenticate("pbx.test", "pbx-secret", "0")) { www_challenge("pbx.test", "1"); exit; }
        save("location");
        exit;
    }
    if (!pv_proxy_authenticate("pbx.test", "pbx-secret", "0")) { proxy_challenge("pbx.test", "1"); exit; }
    consume_credentials();
    record_route();
    if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
    t_relay();
}
"""


class Kamailio:
    """A registrar and proxy as they were before WebSocket and Path."""

    def __enter__(self):
        with sip.Far("pbx.test") as free:
            self.port = free.port
        self.folder = tempfile.mkdtemp(prefix="cord-")
        pathlib.Path(f"{self.folder}/kamailio.cfg").write_text(KAMAILIO % {"port": self.port}, encoding="utf-8")
        self.log = open(f"{self.folder}/log", "w", encoding="utf-8")
        self.process = subprocess.Popen(["kamailio", "-DD", "-E", "-m", "16", "-M", "4", "-f", f"{self.folder}/kamailio.cfg", "-Y",
                                         self.folder], stderr=self.log, stdout=self.log)
        deadline = time.monotonic() + 10
        while not self.listens() and time.monotonic() < deadline:
            time.sleep(0.05)
        return self

    def listens(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(("127.0.0.1", self.port))
            except OSError:
                return True
        return False

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()
        shutil.rmtree(self.folder)


def request_to(agent, method):
    while True:
        message = agent.receive()
        if message.method == method:
            return message


def call(caller, callee, pair):
    """An INVITE that was challenged, its answer, an ACK, and a BYE of the one called."""
    uri, call_id, branch = f"sip:{callee.user}@pbx.test", f"{secrets.token_hex(8)}@test", "z9hG4bK" + secrets.token_hex(6)
    contact = [f"Contact: {caller.contact}"]
    caller.send(caller.request("INVITE", uri, headers=contact, call_id=call_id, branch=branch))
    challenge = caller.final()
    check(challenge.code == 407, f"{pair}: Kamailio asks for a password", challenge.raw)
    caller.send(caller.request("ACK", uri, to=challenge.get("To"), cseq=caller.cseq, call_id=call_id, branch=branch))
    credentials = sip.digest(challenge.get("Proxy-Authenticate"), caller.user, caller.password, "INVITE", uri)
    caller.send(caller.request("INVITE", uri, headers=[*contact, f"Proxy-Authorization: {credentials}"], call_id=call_id))
    invite = request_to(callee, "INVITE")
    callee.answer(invite, 200)
    answer = caller.final()
    if not check(answer.code == 200, f"{pair}: the call is answered", answer.raw):
        return
    routes = [f"Route: {route}" for route in reversed(answer.all("Record-Route"))]
    caller.send(caller.request("ACK", uri_of(answer.get("Contact")), to=answer.get("To"), headers=routes, cseq=caller.cseq,
                               call_id=call_id))
    check(request_to(callee, "ACK").method == "ACK", f"{pair}: the ACK arrives")
    routes = [f"Route: {route}" for route in invite.all("Record-Route")]
    callee.send(callee.request("BYE", uri_of(invite.get("Contact")), to=invite.get("From"), headers=routes, call_id=call_id))
    caller.answer(request_to(caller, "BYE"), 200)
    check(callee.final().code == 200, f"{pair}: and the BYE of the one called")


def with_kamailio():
    with Kamailio() as pbx, server.Proxy(sys.argv[1], "--domain", server.DOMAIN, "--bridge", "never", "--upstream",
                                         f"sip:127.0.0.1:{pbx.port};transport=udp", "--upstream-domain", "pbx.test") as proxy:
        with proxy.agent("wss", "bob", "pbx-secret", "pbx.test") as bob, \
                sip.Agent(("127.0.0.1", pbx.port), "carol", "pbx.test", "pbx-secret") as carol:
            for agent in (carol, bob):
                answer = agent.register()
                check(answer.code == 200, f"{agent.user} registers with Kamailio", answer.raw)
            call(bob, carol, "browser to phone")
            call(carol, bob, "phone to browser")
            check(proxy.rpc("stats.get_statistics", "calls_active")[0].endswith("= 0"), "no call is left")


for way in ("rewrite", "path"):
    for kind in ("ws", "tcp"):
        run(both_ways, kind, way)
if shutil.which("kamailio"):
    run(with_kamailio)
else:
    skip("calls by way of Kamailio", "it is not installed")
done()
