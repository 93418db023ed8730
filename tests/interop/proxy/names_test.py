#!/usr/bin/env python3
"""Whom a dialled name means: aliases, speed dials, and the mailbox of whoever does not answer. TAP."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import proxy as server  # noqa: E402
import sip  # noqa: E402
from tap import check, done, run  # noqa: E402


def reaches(proxy, alice, bob, name):
    """Whether a MESSAGE to the name comes to bob."""
    uri = f"sip:{name}@{server.DOMAIN}"
    alice.send(alice.request("MESSAGE", uri))
    credentials = sip.digest(alice.final().get("Proxy-Authenticate"), alice.user, alice.password, "MESSAGE", uri)
    alice.send(alice.request("MESSAGE", uri, headers=[f"Proxy-Authorization: {credentials}"]))
    try:
        bob.answer(bob.receive(), 200)
    except TimeoutError:
        pass
    return alice.final().code == 200


def by_alias():
    with server.Proxy(sys.argv[1]) as proxy, proxy.agent("tcp") as alice, proxy.agent("udp", "bob", timeout=1) as bob:
        bob.register()
        check(not reaches(proxy, alice, bob, "reception"), "a name that nobody has leads nowhere")
        added = proxy.run("sipctl", "alias", "add", "reception", "bob")
        check(added.returncode == 0, "sipctl adds an alias", added.stderr)
        check(proxy.eventually(lambda: reaches(proxy, alice, bob, "reception")), "a running proxy follows it")
        check(proxy.run("sipctl", "alias", "add", "reception", "alice").returncode == 1, "a second of that name is refused")
        row = json.loads(proxy.run("sipctl", "alias", "list", "--json").stdout)
        check(row == {"alias": "reception", "alias_domain": server.DOMAIN, "user": "bob", "domain": server.DOMAIN}, "it is listed", row)
        proxy.run("sipctl", "alias", "rm", "reception")
        check(proxy.eventually(lambda: not reaches(proxy, alice, bob, "reception")), "and no more once it is removed")


def by_speed_dial():
    with server.Proxy(sys.argv[1]) as proxy, proxy.agent("tcp") as alice, proxy.agent("udp", "bob", timeout=1) as bob:
        bob.register()
        added = proxy.run("sipctl", "speeddial", "add", "alice", "11", "bob")
        check(added.returncode == 0, "sipctl adds a speed dial", added.stderr)
        check(proxy.eventually(lambda: reaches(proxy, alice, bob, "11")), "its owner reaches the user by it")
        with proxy.agent("tcp", "bob") as other:
            check(not reaches(proxy, other, bob, "11"), "nobody else does")
        removed = proxy.run("sipctl", "speeddial", "rm", "alice", "11")
        check(removed.returncode == 0, "sipctl removes it", removed.stderr)


def by_mailbox():
    with sip.Far("mail.test") as mailbox, server.Proxy(sys.argv[1], "--voicemail", f"sip:127.0.0.1:{mailbox.port}") as proxy, \
            proxy.agent("tcp") as alice:
        uri = f"sip:bob@{server.DOMAIN}"
        alice.send(alice.request("INVITE", uri, headers=[f"Contact: {alice.contact}"]))
        credentials = sip.digest(alice.final().get("Proxy-Authenticate"), alice.user, alice.password, "INVITE", uri)
        alice.send(alice.request("INVITE", uri, headers=[f"Contact: {alice.contact}", f"Proxy-Authorization: {credentials}"]))
        there = mailbox.receive()
        check(there.start == f"INVITE sip:bob@127.0.0.1:{mailbox.port} SIP/2.0", "a call to who is not there comes to the mailbox",
              there.raw)
        check(there.get("Diversion") == f"<sip:bob@{server.DOMAIN}>;reason=unavailable", "which is told why", there.raw)
        mailbox.answer(there, 200)
        check(alice.final().code == 200, "and its answer is the caller's")


run(by_alias)
run(by_speed_dial)
run(by_mailbox)
done()
