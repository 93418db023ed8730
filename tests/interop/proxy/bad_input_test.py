#!/usr/bin/env python3
"""What is wrong on the wire, on every listener of the real proxy: it is answered in the protocol's way, or dropped, and the
proxy goes on. TAP."""
import pathlib
import random
import signal
import socket
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import proxy as server  # noqa: E402
import sip  # noqa: E402
import websocket  # noqa: E402
from tap import check, done, run  # noqa: E402

STREAMS = ("tcp", "tls")
SOCKETS = ("ws", "wss")


def until_closed(stream, seconds=5):
    """All that comes before the peer closes; None when it does not close."""
    stream.settimeout(seconds)
    got = b""
    try:
        while True:
            more = stream.recv(65536)
            if not more:
                return got
            got += more
    except TimeoutError:
        return None
    except OSError:
        return got


def still_registers(proxy, transport, after):
    with proxy.agent(transport) as phone:
        check(phone.register().code == 200, f"{transport}: serves on after {after}")


def garbage(proxy, transport):
    noise = random.Random(7)
    for size in (1, 4, 300, 60_000):
        with proxy.agent(transport) as phone:
            try:
                phone.send(noise.randbytes(size))
                phone.send(b"\r\n\r\n" + noise.randbytes(size) + b"\r\n\r\n")
            except OSError:
                pass  # a stream may be closed by now
    still_registers(proxy, transport, "garbage")


def truncated(proxy, transport):
    with proxy.agent(transport) as phone:
        whole = phone.request("REGISTER", f"sip:{server.DOMAIN}", headers=[f"Contact: {phone.contact}"], body="x" * 100)
        for part in (whole[:20], whole[:150], whole[:-50]):
            with proxy.agent(transport) as other:
                other.send(part)
    still_registers(proxy, transport, "half a message")


def malformed(proxy, transport):
    """RFC 3261 section 16.3: what can be answered is answered with 400."""
    with proxy.agent(transport) as phone:
        bad = phone.request("REGISTER", f"sip:{server.DOMAIN}").replace("CSeq: 1 REGISTER", "CSeq: one REGISTER")
        phone.send(bad)
        answer = phone.final()
        check(answer.code == 400, f"{transport}: a CSeq that is no number: 400", answer.raw)
    with proxy.agent(transport) as phone:
        phone.send(phone.request("OPTIONS", f"sip:{server.DOMAIN}").replace("OPTIONS sip", "OPT(IONS sip"))
        answer = phone.final()
        check(answer.code == 400, f"{transport}: a method that is no token: 400", answer.raw)
    still_registers(proxy, transport, "a malformed request")


def bad_length(proxy, transport):
    """RFC 3261 section 18.3: a stream whose next message cannot be found ends after the answer."""
    with proxy.agent(transport) as phone:
        phone.send(phone.request("OPTIONS", f"sip:{server.DOMAIN}").replace("Content-Length: 0", "Content-Length: x"))
        answer = phone.final()
        check(answer.code == 400, f"{transport}: a Content-Length that is no number: 400", answer.raw)
        check(until_closed(phone.socket) is not None, f"{transport}: and the stream is closed")


def oversized(proxy, transport):
    with proxy.agent(transport) as phone:
        big = phone.request("MESSAGE", f"sip:bob@{server.DOMAIN}", headers=["Content-Type: text/plain"], body="x" * 70_000)
        try:
            phone.send(big)
        except OSError:
            pass
        got = until_closed(phone.socket)
        check(got is not None and (b" 513 " in got or b" 413 " in got), f"{transport}: a message too long: 513, then the end",
              str(got)[:300])
    with proxy.agent(transport) as phone:
        endless = phone.request("OPTIONS", f"sip:{server.DOMAIN}", headers=["X-Long: " + "y" * 70_000])
        try:
            phone.send(endless)
        except OSError:
            pass
        check(until_closed(phone.socket) is not None, f"{transport}: a head too long ends the stream")
    still_registers(proxy, transport, "messages too long")


def pings(proxy, transport):
    with proxy.agent(transport) as phone:
        phone.send("\r\n\r\n")
        check(phone.socket.recv(10) == (b"\r\n"), f"{transport}: a double CRLF is answered with one")


def half_open(proxy):
    with socket.create_connection(proxy.at("tls")) as idle, socket.create_connection(proxy.at("wss")) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\n\r\n")  # no TLS at all
        idle.sendall(b"\x16\x03\x01\x00")
        check(until_closed(plain) is not None, "wss: plain HTTP on the TLS port is closed")
    still_registers(proxy, "tls", "a handshake that stops")


def idle_crowd(proxy):
    """A source that opens connections and says nothing shuts out nobody but itself."""
    crowd = [socket.create_connection(proxy.at("tcp")) for _ in range(600)]
    check(proxy.eventually(lambda: proxy.statistic("connections_refused") > 0), "idle connections of one source are limited")
    check(proxy.words().count("have said nothing yet") in range(1, 10) and "127.0.0.1" in proxy.words(), "a line a second tells it", proxy.words())
    with proxy.agent("tcp") as other:
        other.close()
        other.socket = socket.create_connection(proxy.at("tcp"), timeout=5, source_address=("127.0.0.9", 0))
        other.host, other.port = other.socket.getsockname()
        check(other.register().code == 200, "another source registers meanwhile")
    for idle in crowd:
        idle.close()
    check(proxy.eventually(lambda: proxy.statistic("connections_half_open") == 0), "and their places are free again when they go")
    still_registers(proxy, "tcp", "a crowd of idle connections")


def websocket_rules(proxy, transport):
    secure, at = transport == "wss", proxy.at(transport)
    refused = websocket.WebSocket(at, secure, protocol=None)
    check(refused.code == 400, f"{transport}: without the subprotocol: 400", refused.head)
    check(websocket.WebSocket(at, secure, protocol="chat").code == 400, f"{transport}: with another: 400")
    upgraded = websocket.WebSocket(at, secure, protocol="chat, sip")
    check(upgraded.code == 101 and "sec-websocket-protocol: sip" in upgraded.head.lower(), f"{transport}: sip among others is taken",
          upgraded.head)
    for what, frame, code in (("an unmasked frame", {"data": b"hello", "masked": False}, 1002),
                              ("a reserved bit", {"data": b"hello", "rsv": 4}, 1002),
                              ("a reserved opcode", {"data": b"hello", "opcode": 3}, 1002),
                              ("text that is not UTF-8", {"data": b"\xff\xfe"}, 1007),
                              ("a close code that is none", {"data": b"\x27\x0f", "opcode": 8}, 1002),
                              ("a close reason that is not UTF-8", {"data": b"\x03\xe8\xff", "opcode": 8}, 1007),
                              ("a good close code of an application", {"data": b"\x0f\xa0bye", "opcode": 8}, 4000),
                              ("a message too long", {"data": b"x" * 70_000}, 1009)):
        broken = websocket.WebSocket(at, secure)
        broken.frame(**frame)
        broken.recv()
        check(broken.close_code == code, f"{transport}: {what}: close code {code}", broken.close_code)
        broken.close()
    noisy = websocket.WebSocket(at, secure)
    noisy.frame(b"not SIP at all")
    noisy.frame(b"\x00\x01\x02", opcode=2)
    noisy.frame(b"", opcode=9)
    noisy.frame(b"\r\n\r\n")
    check(noisy.recv() == b"\r\n", f"{transport}: what is no SIP is dropped, and the connection stays")
    still_registers(proxy, transport, "frames that break the rules")


def websocket_frames(proxy, transport):
    """What a browser's stack may do with a message on its way, and an extension that it offers."""
    with proxy.agent(transport) as browser:
        message = browser.request("OPTIONS", f"sip:{server.DOMAIN}").encode()
        browser.socket.frame(message[:10], fin=False)
        browser.socket.frame(b"still there?", opcode=9)
        browser.socket.frame(b"", opcode=0, fin=False)
        browser.socket.frame(message[10:], opcode=0)
        check(browser.receive().code == 200 and browser.socket.opcode == 1, f"{transport}: a message in pieces, a ping between them")
        browser.socket.frame(sip_again(message), opcode=2)
        check(browser.receive().code == 200 and browser.socket.opcode == 2, f"{transport}: binary is answered by binary")
    offer = websocket.WebSocket(proxy.at(transport), transport == "wss",
                                headers=["Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"])
    check(offer.code == 101 and "sec-websocket-extensions" not in offer.head.lower(), f"{transport}: permessage-deflate is declined", offer.head)
    offer.close()


def http(proxy, transport):
    secure = transport == "wss"
    for request, code in ((b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"200"),
                          (b"HEAD /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"200"),
                          (b"GET http://x/healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"200"),
                          (b"GET /healthz HTTP/1.1\r\n\r\n", b"400"),
                          (b"GET /healthz HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", b"400"),
                          (b"GET /healthz HTTP/1.1\r\nHost: x/y\r\n\r\n", b"400"),
                          (b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                           b"Sec-WebSocket-Protocol: sip\r\nSec-WebSocket-Key: dG9vIHNob3J0\r\n\r\n", b"400"),
                          (b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 8\r\n"
                           b"Sec-WebSocket-Protocol: sip\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", b"426"),
                          (b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", b"404"),
                          (b"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", b"404"),
                          (b"DELETE / HTTP/1.1\r\nHost: x\r\n\r\n", b"405"),
                          (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", b"413"),
                          (b"GET / HTTP/1.1\r\nX: " + b"y" * 20_000 + b"\r\n\r\n", b"431"),
                          (b"REGISTER sip:x SIP/2.0\r\nVia: y\r\n\r\n", b"400"),
                          (b"\x01\x02\x03\r\n\r\n", b"400")):
        with socket.create_connection(proxy.at(transport)) as plain:
            stream = websocket.untrusting().wrap_socket(plain) if secure else plain
            stream.sendall(request)
            got = until_closed(stream)
            check(got is not None and got.startswith(b"HTTP/1.1 " + code), f"{transport}: {request[:24]!r}: {code.decode()}",
                  str(got)[:200])
            stream.close()


def origins():
    """Pages of other origins than those listed may not connect; who is no browser names none."""
    with server.Proxy(sys.argv[1], transports=SOCKETS) as proxy:
        proxy.stop()
        config = pathlib.Path(f"{proxy.folder}/proxy.conf")
        config.write_text("allow-origin = https://one.example\nallow-origin = https://two.example:8443\n", encoding="utf-8")
        proxy.arguments += ["--config", str(config)]
        proxy.start()

        def codes(transport, *names):
            made = [websocket.WebSocket(proxy.at(transport), transport == "wss", origin=name) for name in names]
            for one in made:
                one.close()
            return [one.code for one in made]

        names = ("https://one.example", "https://two.example:8443", "https://two.example", "https://one.example.evil.test", "null", None)
        for transport in SOCKETS:
            got = codes(transport, *names)
            check(got == [101, 101, 403, 403, 403, 101], f"{transport}: an Origin that is not listed is refused", got)
        config.write_text("allow-origin = https://three.example\n", encoding="utf-8")
        proxy.process.send_signal(signal.SIGHUP)
        check(proxy.eventually(lambda: codes("ws", "https://three.example", names[0]) == [101, 403]), "SIGHUP: the new list holds")


def slow_reader(proxy):
    """A peer that never reads is closed before it costs much."""
    with proxy.agent("tcp") as phone:
        request = phone.request("OPTIONS", f"sip:{server.DOMAIN}").encode()
        phone.socket.settimeout(1)
        closed = False
        deadline = time.monotonic() + 60
        while not closed and time.monotonic() < deadline:
            try:
                phone.socket.sendall(b"".join(sip_again(request) for _ in range(200)))
            except TimeoutError:
                continue
            except OSError:
                closed = True
        check(closed, "tcp: a peer that does not read is closed")
    still_registers(proxy, "tcp", "a peer that does not read")


def sip_again(request, counter=[0]):  # noqa: B006 - a counter for the life of the test
    """The request as another transaction."""
    counter[0] += 1
    return request.replace(b"branch=z9hG4bK", b"branch=z9hG4bK%06d" % counter[0])


def main():
    with server.Proxy(sys.argv[1]) as proxy:
        for transport in server.TRANSPORTS:
            run(garbage, proxy, transport)
            run(truncated, proxy, transport)
            run(malformed, proxy, transport)
        for transport in STREAMS:
            run(bad_length, proxy, transport)
            run(oversized, proxy, transport)
        for transport in STREAMS + SOCKETS:
            run(pings, proxy, transport)
        for transport in SOCKETS:
            run(websocket_rules, proxy, transport)
            run(websocket_frames, proxy, transport)
            run(http, proxy, transport)
        run(origins)
        run(half_open, proxy)
        run(idle_crowd, proxy)
        run(slow_reader, proxy)
        check(proxy.alive() and proxy.stop() == 0, "the proxy is alive, and ends cleanly", proxy.words())
        check("level=error" not in proxy.words(), "and found nothing worth an error line", proxy.words())
    done()


main()
