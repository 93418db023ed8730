#!/usr/bin/env python3
"""Requests that leave the proxy's domains: found by DNS, going on when the first address fails, redirected. TAP."""
import pathlib
import socket
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import dns  # noqa: E402
import proxy as server  # noqa: E402
import sip  # noqa: E402
from tap import check, done, run  # noqa: E402


def two_servers(names):
    """The second is asked when the first fails."""
    first, second = sip.Far("far.example"), sip.Far("far.example")
    names.srv("_sip._udp.far.example", (10, first.port, "one.far.example"), (20, second.port, "two.far.example"))
    names.a("one.far.example", "127.0.0.1")
    names.a("two.far.example", "127.0.0.1")
    return first, second


class Sender:
    """alice sends a MESSAGE and answers the challenge, but does not wait for more."""

    def __init__(self, alice, uri, headers=()):
        alice.send(alice.request("MESSAGE", uri, headers=headers))
        challenge = alice.final().get("Proxy-Authenticate")
        credentials = sip.digest(challenge, alice.user, alice.password, "MESSAGE", uri)
        alice.send(alice.request("MESSAGE", uri, headers=[*headers, f"Proxy-Authorization: {credentials}"]))


def by_route():
    with dns.Server() as names:
        first, second = two_servers(names)
        with first, second, server.Proxy(sys.argv[1], "--domain", server.DOMAIN, "--allow-next-hop", "far.example/udp", "--dns",
                                         names.address) as proxy, proxy.agent("tcp") as alice:
            Sender(alice, f"sip:bob@{server.DOMAIN}", ["Route: <sip:far.example;lr>"])
            before = first.receive()
            first.answer(before, 503)
            after = second.receive()
            check(before.all("Via")[0] != after.all("Via")[0], "the next address gets a branch of its own", after.raw)
            check(after.all("Via")[0].startswith("SIP/2.0/UDP 127.0.0.1:"), "the Via names an address that is ours", after.raw)
            second.answer(after, 200)
            check(alice.final().code == 200, "its answer is the sender's")
            check(proxy.statistic("failovers") == 1, "the failover is counted")


def by_outbound_proxy():
    with sip.Far("far.test") as far:
        with server.Proxy(sys.argv[1], "--domain", server.DOMAIN, "--outbound-proxy", f"sip:127.0.0.1:{far.port}") as proxy, \
                proxy.agent("tcp") as alice:
            Sender(alice, "sip:carol@chicago.test")
            there = far.receive()
            check(there.start == "MESSAGE sip:carol@chicago.test SIP/2.0", "a request to another domain goes to the outbound proxy",
                  there.raw)
            far.answer(there, 200)
            check(alice.final().code == 200, "and its answer comes back")
            Sender(alice, "sip:carol@chicago.test", [f"Subject: {'x' * 1300}"])
            there = far.receive()
            check(there.all("Via")[0].startswith("SIP/2.0/UDP"), "a large one goes by UDP where TCP is refused", there.raw)
            check(proxy.statistic("failovers") == 1, "after TCP was tried")


def by_stream():
    """RFC 3261 section 18.1.1: a large request goes by TCP where its place does not say UDP, and its server takes that."""
    with sip.Far("far.test") as far, socket.socket() as listener:
        listener.bind(("127.0.0.1", far.port))
        listener.listen()
        listener.settimeout(5)
        with server.Proxy(sys.argv[1], "--domain", server.DOMAIN, "--outbound-proxy", f"sip:127.0.0.1:{far.port}") as proxy, \
                proxy.agent("tcp") as alice:
            Sender(alice, "sip:carol@chicago.test", [f"Subject: {'x' * 1300}"])
            far.socket.close()
            far.socket, far.peer = listener.accept()
            far.socket.settimeout(5)
            there = sip.Message(far.socket.recv(65535).decode())
            check(there.get("Via").startswith("SIP/2.0/TCP 127.0.0.1:") and "Content-Length: 0" in there.raw, "a large one goes by TCP", there.raw)
            named = [f"{name}: {value}" for name in ("Via", "From", "To", "Call-ID", "CSeq") for value in there.all(name)]
            far.socket.sendall("\r\n".join(["SIP/2.0 200 OK", *named, "Content-Length: 0", "", ""]).encode())
            check(alice.final().code == 200, "and is answered there")
            check(proxy.statistic("failovers") == 0, "nothing has failed")


def by_redirection():
    with dns.Server() as names:
        first, second = two_servers(names)
        with first, second, server.Proxy(sys.argv[1], "--domain", server.DOMAIN, "--allow-next-hop", "far.example/udp", "--dns",
                                         names.address, "--recurse") as proxy, \
                proxy.agent("tcp") as alice, proxy.agent("udp", "bob") as bob:
            bob.register()
            Sender(alice, f"sip:bob@{server.DOMAIN}")
            bob.answer(bob.receive(), 302, headers=["Contact: <sip:carol@far.example>"])
            there = first.receive()
            check(there.start == "MESSAGE sip:carol@far.example SIP/2.0", "a redirection is followed to an allowed next hop", there.raw)
            first.answer(there, 200)
            check(alice.final().code == 200, "and its answer is the sender's")


run(by_route)
run(by_outbound_proxy)
run(by_stream)
run(by_redirection)
done()
