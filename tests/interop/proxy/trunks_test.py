#!/usr/bin/env python3
"""Numbers that lead to trunks: probing, failover, credentials, registration, and calls that a trunk brings. TAP."""
import json
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import proxy as server  # noqa: E402
import sip  # noqa: E402
from tap import check, done, run  # noqa: E402

CHALLENGE = 'Digest realm="far", nonce="n1", qop="auth"'


def add(proxy, name, far, *options, password=None):
    added = proxy.run("sipctl", "trunk", "add", name, f"sip:127.0.0.1:{far.port}", *options, input=password)
    check(added.returncode == 0, f"sipctl adds the trunk {name}", added.stderr)


def call(alice, number):
    """alice's INVITE, with the challenge of the proxy answered; what becomes of it is not waited for."""
    time.sleep(0.3)  # the proxy reads its tables on a thread of its own
    uri = f"sip:{number}@{server.DOMAIN}"
    contact = f"Contact: {alice.contact}"
    alice.send(alice.request("INVITE", uri, headers=[contact]))
    challenge = alice.final()
    credentials = sip.digest(challenge.get("Proxy-Authenticate"), alice.user, alice.password, "INVITE", uri)
    alice.send(alice.request("INVITE", uri, headers=[contact, f"Proxy-Authorization: {credentials}"]))


def next_of(far, method):
    while True:
        message = far.receive()
        if message.method == method:
            return message


def by_prefix_and_priority():
    with sip.Far("one") as one, sip.Far("two") as two, server.Proxy(sys.argv[1]) as proxy, proxy.agent("tcp") as alice:
        add(proxy, "one", one, "--probe", "0")
        add(proxy, "two", two, "--probe", "0")
        for name, priority in (("one", "1"), ("two", "2")):
            ruled = proxy.run("sipctl", "route", "add", "00", name, "--strip", "2", "--prepend", "+", "--priority", priority)
            check(ruled.returncode == 0, f"sipctl lets a prefix lead to {name}", ruled.stderr)
        call(alice, "004930")
        there = one.receive()
        check(there.start == f"INVITE sip:+4930@127.0.0.1:{one.port} SIP/2.0", "the number goes to the trunk as the rule says", there.raw)
        one.answer(there, 503)
        after = next_of(two, "INVITE")
        two.answer(after, 200)
        check(alice.final().code == 200, "when it fails the next one takes the call")
        refused = proxy.run("sipctl", "trunk", "rm", "one")
        check(refused.returncode == 1 and "route rm" in refused.stderr, "a trunk with rules is not removed", refused.stderr)
        rows = [json.loads(line) for line in proxy.run("sipctl", "route", "list", "--json").stdout.splitlines()]
        check([row["trunk"] for row in rows] == ["one", "two"] and rows[0]["strip"] == 2, "rules are listed", rows)


def bad_input():
    with server.Proxy(sys.argv[1], transports=("udp",)) as proxy:
        for words, why in ((("trunk", "add", "a b", "sip:x.test"), "no name"),
                           (("trunk", "add", "a", "http://x.test"), "no SIP URI"),
                           (("trunk", "add", "a", "sip:user@x.test"), "names a user"),
                           (("trunk", "add", "a", "sip:x.test;transport=ws"), "transport"),
                           (("trunk", "add", "a", "sip:x.test", "--register"), "--username"),
                           (("route", "add", "0-0", "a"), "no part of a number")):
            refused = proxy.run("sipctl", *words)
            check(refused.returncode == 2 and why in refused.stderr, f"refused: {' '.join(words)}", refused.stderr)
        missing = proxy.run("sipctl", "route", "add", "00", "nowhere")
        check(missing.returncode == 1 and "no trunk nowhere" in missing.stderr, "a rule needs a trunk that is there", missing.stderr)


def by_group():
    with sip.Far("far") as far, server.Proxy(sys.argv[1]) as proxy, proxy.agent("tcp") as alice:
        add(proxy, "far", far, "--probe", "0")
        proxy.run("sipctl", "route", "add", "00", "far", "--group", "int")
        call(alice, "0049")
        refused = alice.final()
        check(refused.code == 403, "who is not in the group of a rule may not call by it", refused.raw)
        check(proxy.run("sipctl", "group", "add", "alice", "int").returncode == 0, "sipctl adds a user to it")
        call(alice, "0049")
        check(far.receive().method == "INVITE", "and now may")
        row = json.loads(proxy.run("sipctl", "group", "list", "alice", "--json").stdout)
        check(row == {"user": "alice", "domain": server.DOMAIN, "group": "int"}, "groups are listed", row)


def by_password():
    with sip.Far("far") as far, server.Proxy(sys.argv[1]) as proxy, proxy.agent("tcp") as alice:
        add(proxy, "far", far, "--username", "4930123", "--password-stdin", "--probe", "0", password="far-secret\n")
        shown = proxy.run("sipctl", "trunk", "list", "--json").stdout
        check("far-secret" not in shown and json.loads(shown)["username"] == "4930123", "its password is not shown", shown)
        proxy.run("sipctl", "route", "add", "", "far")
        call(alice, "0301")
        first = far.receive()
        far.answer(first, 407, headers=[f"Proxy-Authenticate: {CHALLENGE}"])
        second = next_of(far, "INVITE")
        given = second.get("Proxy-Authorization")
        wanted = sip.digest(CHALLENGE, "4930123", "far-secret", "INVITE", f"sip:0301@127.0.0.1:{far.port}")
        check(re.search('nonce="n1"', given) and 'username="4930123"' in given, "the trunk's challenge is answered", given)
        check(wanted.split("realm")[0] == given.split("realm")[0], "for the account there", given)
        numbers = [int(m.get("CSeq").split()[0]) for m in (first, second)]
        check(numbers[1] == numbers[0] + 1, "with a number one higher", numbers)
        far.answer(second, 200)
        answer = alice.final()
        check(answer.code == 200 and answer.get("CSeq") == first.get("CSeq"), "which the caller does not see", answer.raw)


def by_registration():
    with sip.Far("far") as far, server.Proxy(sys.argv[1]) as proxy, proxy.agent("udp", "bob") as bob:
        bob.register()
        proxy.run("sipctl", "alias", "add", "4930123", "bob")
        add(proxy, "far", far, "--username", "4930123", "--password-stdin", "--register", "--probe", "0", password="far-secret\n")
        first = next_of(far, "REGISTER")
        far.answer(first, 401, headers=[f"WWW-Authenticate: {CHALLENGE}"])
        second = next_of(far, "REGISTER")
        check('username="4930123"' in second.get("Authorization"), "the proxy registers with the trunk", second.raw)
        far.accept(second, f"Contact: {second.get('Contact')};expires=600")
        check(proxy.eventually(lambda: proxy.events("trunk-up")), "an event tells that it is up")
        state = json.loads(proxy.run("sipctl", "trunk", "list", "--json").stdout)["state"]
        check(state == "up", "and so does sipctl", state)
        row = proxy.rpc("uac.reg_dump")[0]
        check((row["l_uuid"], row["auth_username"], row["auth_password"], row["flags"]) == ("far", "4930123", "*", 4) and
              0 < row["diff_expires"] <= 600 and row["auth_proxy"] == f"sip:127.0.0.1:{far.port}", "uac.reg_dump shows that, but not the password", row)
        contact = second.get("Contact").strip("<>")
        far.send("\r\n".join([f"INVITE {contact} SIP/2.0", f"Via: {far.via};branch=z9hG4bKin", "Max-Forwards: 70",
                              "From: <sip:+4940@far.test>;tag=in", f"To: <{contact}>", "Call-ID: in", "CSeq: 1 INVITE",
                              f"Contact: <sip:far@127.0.0.1:{far.port}>", "Content-Length: 0", "", ""]))
        there = bob.receive()
        check(there.method == "INVITE", "it brings a call, which an alias leads to its user", there.raw)
        bob.answer(there, 486)
        while True:
            answer = far.receive()
            if answer.code >= 200:
                break
        check(answer.code == 486, "and gets the answer", answer.raw)


def by_probe():
    with sip.Far("far") as far, server.Proxy(sys.argv[1]) as proxy:
        add(proxy, "far", far, "--probe", "1")
        far.accept(next_of(far, "OPTIONS"))
        check(proxy.eventually(lambda: proxy.events("trunk-up")), "a trunk that answers is up")
        far.answer(next_of(far, "OPTIONS"), 503)
        check(proxy.eventually(lambda: proxy.events("trunk-down")), "one that says it cannot serve is down")
        reason = proxy.events("trunk-down")[0]["reason"]
        check(reason == "OPTIONS: 503", "the event says why", reason)
        check(proxy.statistic("trunks_down") == 1, "and it is counted")


run(by_prefix_and_priority)
run(bad_input)
run(by_group)
run(by_password)
run(by_registration)
run(by_probe)
done()
