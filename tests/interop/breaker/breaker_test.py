#!/usr/bin/env python3
"""breaker_test.py PROGRAM: rtc-breaker as SIP servers and shells use it, with packets through it. TAP."""
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import ng  # noqa: E402

PROGRAM = sys.argv[1]
number = failures = 0


def check(ok, what, detail=""):
    global number, failures
    number += 1
    failures += not ok
    print(f"{'ok' if ok else 'not ok'} {number} - {what}", flush=True)
    if not ok:
        print("\n".join("# " + line for line in str(detail).splitlines()[-20:]), flush=True)


class Breaker:
    """The program on UDP, a Unix stream and a Unix datagram socket at once."""

    def __init__(self, folder, *options):
        self.folder = folder
        self.process = subprocess.Popen(
            [PROGRAM, "--ng", "udp:127.0.0.1:0", "--ng", "tcp:localhost:0", "--ng", "http:127.0.0.1:0", "--ng", f"unix:{folder}/ng.sock", "--ng", f"unixgram:{folder}/gram.sock",
             "--interface", "127.0.0.1", "--run-dir", folder, *options], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True)
        self.port, lines = None, []
        while self.port is None:
            line = self.process.stderr.readline()
            if not line:
                raise SystemExit("rtc-breaker did not start: " + "".join(lines))
            lines.append(line)
            found = re.search(r"udp:127\.0\.0\.1:(\d+)", line)
            self.port = found and int(found[1])
        self.http_port = int(re.search(r"http:127\.0\.0\.1:(\d+)", line)[1])
        self.tcp_port = int(re.search(r"tcp:127\.0\.0\.1:(\d+)", line)[1])

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        code = self.process.wait(timeout=10)
        self.process.stderr.close()
        return code


def phone():
    """A phone's pair of sockets, RTP on an even port."""
    while True:
        rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        rtcp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        rtp.bind(("127.0.0.1", 0))
        port = rtp.getsockname()[1]
        try:
            if port % 2 == 0:
                rtcp.bind(("127.0.0.1", port + 1))
                rtp.settimeout(2)
                rtcp.settimeout(2)
                return rtp, rtcp
        except OSError:
            pass
        rtp.close()
        rtcp.close()


def sdp(sock, formats="8", extra="", profile="RTP/AVP", direction="sendrecv"):
    port = sock.getsockname()[1]
    return (f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} {profile} {formats}\r\n"
            f"{extra}a={direction}\r\n")


def media_port(text):
    return int(re.search(r"m=audio (\d+)", text)[1])


def rtp_packet(sequence, payload_type=8, ssrc=0x1234, payload=b"\xd5" * 160):
    return struct.pack("!BBHII", 0x80, payload_type, sequence, sequence * 160, ssrc) + payload


def listeners(breaker, folder):
    clients = {"udp": ng.Client.udp(breaker.port), "tcp": ng.Client.tcp(breaker.tcp_port), "unix": ng.Client.unix(f"{folder}/ng.sock"),
               "unix without cookie": ng.Client.unix(f"{folder}/ng.sock", cookies=False),
               "unixgram": ng.Client.unixgram(f"{folder}/gram.sock", f"{folder}/own.sock")}
    for name, client in clients.items():
        check(client.ask("ping") == {"result": "pong"}, f"ping over {name}")
    check(oct(os.stat(f"{folder}/ng.sock").st_mode & 0o777) == "0o600", "only the owner can open the socket")

    stream = ng.Client.unix(f"{folder}/ng.sock")
    for byte in b"c1 d7:command4:pinge":
        stream.sock.send(bytes([byte]))
    check(stream.sock.recv(100) == b"c1 d6:result4:ponge", "a message that comes byte by byte")
    stream.sock.send(b"c2 d7:command4:pingec3 d7:command4:pinge")
    both = b""
    while len(both) < 38:
        both += stream.sock.recv(100)
    check(both == b"c2 d6:result4:pongec3 d6:result4:ponge", "two messages in one segment", both)
    stream.sock.send(b'c4 {"command":"ping"}')
    check(stream.sock.recv(100) == b'c4 {"result":"pong"}', "JSON over a stream")
    return clients["udp"]


def by_http(breaker):
    def ask(method, path, body=None, kind="application/x-rtpengine-ng", **headers):
        connection = http.client.HTTPConnection("127.0.0.1", breaker.http_port, timeout=5)
        connection.request(method, path, body, {"Content-Type": kind, **headers} if body else headers)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        return answer.status, answer.getheader("Content-Type"), data

    check(ask("POST", "/ng", b"c7 d7:command4:pinge") == (200, "application/x-rtpengine-ng", b"c7 d6:result4:ponge"), "ng over HTTP")
    check(ask("POST", "/ng-plain", b'{"command":"ping"}', "application/json") == (200, "application/json", b'{"result":"pong"}'),
          "without a cookie, in JSON")
    check(ask("GET", "/ping")[::2] == (200, b"pong\n"), "GET /ping")
    for what, status, args, headers in (("another path", 404, ("POST", "/x", b"c d7:command4:pinge"), {}), ("GET", 405, ("GET", "/ng"), {}),
                                        ("plain text", 415, ("POST", "/ng", b"c d7:command4:pinge", "text/plain"), {}),
                                        ("a page", 403, ("POST", "/ng", b"c d7:command4:pinge"), {"Origin": "https://evil.test"}),
                                        ("no message", 400, ("POST", "/ng", b"x"), {}), ("too long", 413, ("POST", "/ng", b"c " + b"x" * 300_000), {})):
        got = ask(*args, **headers)
        check(got[0] == status, f"HTTP: {what}: {status}", got)


def errors(client, folder, tcp_port):
    check(client.raw(b"x1 nonsense") == b"x1 d6:result5:error12:error-reason22:Invalid NG data formate", "nonsense is named")
    check(client.raw(b"x2 d3:foo") == b"x2 d6:result5:error12:error-reason35:Could not decode bencode dictionarye",
          "a dictionary cut short")
    for keys, reason in (({"command": "dance"}, "Unrecognized command"),
                         ({"command": "offer", "sdp": "v=0", "call_id": "a", "from_tag": "b"}, "Failed to parse SDP"),
                         ({"command": "answer", "sdp": "x"}, "Failed to parse SDP"),
                         ({"command": "offer", "call_id": "a"}, "No SDP body in message"),
                         ({"command": "query", "call_id": "none"}, "Unknown call-id"),
                         ({"command": "delete", "call_id": "none", "flags": ["fatal"]},
                          "Call-ID not found or tags didn't match")):
        answer = client.ask(**keys)
        check(answer.get("result") == "error" and answer.get("error-reason") == reason, reason, answer)
    check(client.raw(b"same d7:command4:pinge") == b"same d6:result4:ponge" and
          client.raw(b"same d7:command4:liste").startswith(b"same d6:result2:ok"), "another command under a cookie is obeyed")
    for cookie in (b"deadbeef", b"decaf-1", b"d12:ab"):
        check(client.raw(cookie + b" d7:command4:pinge") == cookie + b" d6:result4:ponge", f"the cookie {cookie.decode()} comes back")

    client.sock.send(b"nothing-to-match")
    check(client.ask("ping") == {"result": "pong"}, "a datagram without cookie is passed over")
    broken = ng.Client.unix(f"{folder}/ng.sock")
    broken.sock.send(b"c d5:hello!!")
    answer = broken.sock.recv(1000)
    check(b"Could not decode" in answer and broken.sock.recv(10) == b"", "a stream that cannot be cut ends after the answer",
          answer)
    for stream in (ng.Client.unix(f"{folder}/ng.sock"), ng.Client.tcp(tcp_port)):
        stream.sock.sendall(b"c d3:sdp3000000:" + b"x" * 3_000_000)
        answer = b""
        while more := stream.sock.recv(1000):
            answer += more
        check(answer == b"c d6:result5:error12:error-reason22:ng message is too longe", "a message without end: an error, and the end of the stream",
              answer)
    stream = ng.Client.unix(f"{folder}/ng.sock")
    stream.sock.sendall(b"garbage\n")
    check(json.loads(stream.sock.recv(1000))["result"] == "error" and stream.sock.recv(10) == b"", "garbage: the same")


def relay(client, folder):
    (a, a_rtcp), (b, b_rtcp) = phone(), phone()
    offer = client.ask("offer", call_id="call1", from_tag="f", sdp=sdp(a), ICE="remove", replace=["origin", "session-connection"],
                       received_from=[], rtcp_mux=["demux"], unknown_key="x", flags=["trust-address", "symmetric"])
    check(offer["result"] == "ok" and "m=audio" in offer["sdp"], "an offer of Kamailio's or OpenSIPS' kind", offer)
    to_b = media_port(offer["sdp"])
    answer = client.ask("answer", call_id="call1", from_tag="f", to_tag="t", sdp=sdp(b))
    to_a = media_port(answer["sdp"])
    check(to_a % 2 == 0 and to_b % 2 == 0 and to_a != to_b, "even ports, one on each side")

    for n in range(10):
        a.sendto(rtp_packet(n), ("127.0.0.1", to_a))
        data, source = b.recvfrom(2000)
        if data != rtp_packet(n) or source != ("127.0.0.1", to_b):
            break
    check(n == 9, "ten packets from the offerer to the answerer", (data, source))
    b.sendto(rtp_packet(7, ssrc=9), ("127.0.0.1", to_b))
    check(a.recv(2000) == rtp_packet(7, ssrc=9), "and one back")
    report = struct.pack("!BBHI", 0x80, 201, 1, 9)
    b_rtcp.sendto(report, ("127.0.0.1", to_b + 1))
    check(a_rtcp.recv(2000)[:2] == report[:2], "RTCP on the ports beside")

    query = client.ask("query", call_id="call1")
    check(query["totals"]["RTP"]["packets"] == 11, "query counts them", query)
    check(set(query["tags"]) == {"f", "t"} and query["tags"]["f"]["in dialogue with"] == "t", "and knows both tags")
    check(client.ask("list")["calls"] == ["call1"], "list names the call")

    control(folder)

    held = client.ask("offer", call_id="call1", from_tag="t", to_tag="f", sdp=sdp(b, direction="sendonly"))
    check("a=sendonly" in held["sdp"] and media_port(held["sdp"]) == to_a, "a hold from the other side keeps the port", held)
    client.ask("answer", call_id="call1", from_tag="t", to_tag="f", sdp=sdp(a, direction="recvonly"))
    a.sendto(rtp_packet(50), ("127.0.0.1", to_a))
    b.sendto(rtp_packet(51), ("127.0.0.1", to_b))
    check(a.recv(2000) == rtp_packet(51), "the holding side is heard")
    b.settimeout(0.3)
    try:
        check(False, "the held side is not", b.recv(2000))
    except TimeoutError:
        check(True, "the held side is not")

    gone = client.ask("delete", call_id="call1", from_tag="f")
    check(gone["result"] == "ok" and gone["totals"]["RTP"]["packets"] >= 12, "delete tells the totals", gone)
    check(client.ask("list")["calls"] == [], "and the call is gone")
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    probe.bind(("127.0.0.1", to_a))
    check(True, "and so is its port")


def control(folder):
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.connect(f"{folder}/breaker.sock")
    lines = sock.makefile("rw")

    def answer(method, *params):
        lines.write(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}) + "\n")
        lines.flush()
        return json.loads(lines.readline())

    def call(method, *params):
        return answer(method, *params)["result"]

    sessions = call("cord.sessions")
    check([s["call_id"] for s in sessions] == ["call1"] and sessions[0]["sides"][0]["streams"][0]["received"] == 10,
          "the control socket shows the session and its packets", sessions)
    counts = dict(line.split(" = ") for line in call("stats.get_statistics"))
    check(counts["media:sessions"] == "1" and int(counts["ng:errors"]) > 5 and int(counts["ng:messages"]) > int(counts["ng:errors"]),
          "and the counts", counts)
    check([line.split(" = ")[0] for line in call("stats.get_statistics", "ng:errors", "ng:messages")] == ["ng:messages", "ng:errors"],
          "and those that are named alone")
    for name in ("none", [[]]):
        refused = answer("stats.get_statistics", name)
        check(refused.get("error", {}).get("code") == 404, f"there is no statistic {name}", refused)
    sock.close()


def two_branches(client):
    (a, _), (b, _), (c, _) = phone(), phone(), phone()
    ports = [media_port(client.ask("offer", call_id="fork", from_tag="f", via_branch=branch, sdp=sdp(a))["sdp"])
             for branch in ("b1", "b2")]
    check(len(set(ports)) == 2, "two branches have ports of their own")
    to_a = [media_port(client.ask("answer", call_id="fork", from_tag="f", to_tag=tag, via_branch=branch, sdp=sdp(sock))["sdp"])
            for tag, branch, sock in (("t1", "b1", b), ("t2", "b2", c))]
    a.sendto(rtp_packet(1), ("127.0.0.1", to_a[1]))
    check(c.recv(2000) == rtp_packet(1), "what is sent to the second branch's port comes to its phone")
    client.ask("delete", call_id="fork", from_tag="f", via_branch="b1")
    a.sendto(rtp_packet(2), ("127.0.0.1", to_a[1]))
    check(c.recv(2000) == rtp_packet(2), "and still does when the first branch has gone")
    check(client.ask("delete", call_id="fork", from_tag="f")["result"] == "ok", "the rest goes with the call")


EVENTS = "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"


def pressed(sock):
    """All packets of the next key: payload type, marker, number, timestamp, SSRC, and the four bytes of the event."""
    out, ends = [], 0
    while ends < 3:
        packet = sock.recv(2000)
        kind = packet[1] & 0x7f
        out.append((kind, bool(packet[1] & 0x80), *struct.unpack("!HII", packet[2:12]), packet[12:]))
        ends += kind == 101 and packet[13] >> 7
    return out


def keys(client):
    """`play DTMF`, and the commands that keep media from passing."""
    (a, _), (b, _) = phone(), phone()
    to_b = media_port(client.ask("offer", call_id="keys", from_tag="f", sdp=sdp(a, "8 101", EVENTS))["sdp"])
    to_a = media_port(client.ask("answer", call_id="keys", from_tag="f", to_tag="t", sdp=sdp(b, "8 101", EVENTS))["sdp"])
    a.sendto(rtp_packet(100), ("127.0.0.1", to_a))
    check(b.recv(2000) == rtp_packet(100), "before the key")
    answer = client.ask("play DTMF", call_id="keys", from_tag="f", digit=["5", "#"], duration=100, volume=-10)
    check(answer == {"result": "ok"}, "play DTMF", answer)
    for event in (5, 11):
        packets = pressed(b)
        first, last = packets[0], packets[-1]
        check(len(packets) == 7 and all(p[0] == 101 and p[4] == 0x1234 and p[3] == first[3] and p[5][0] == event for p in packets)
              and [p[1] for p in packets] == [True] + [False] * 6, f"key {event}: seven packets, the first marked", packets)
        check(last[5] == bytes([event, 0x80 | 10]) + (800).to_bytes(2, "big") and packets[-3][5] == packets[-2][5] == last[5],
              f"key {event}: 100 ms of it at -10 dBm0", last)
        check([p[2] for p in packets] == list(range(packets[0][2], packets[0][2] + 7)), f"key {event}: numbered on", packets)
    check(first[2] == 108 and first[3] > 16000, "after the first key's packets, and later", first)
    a.sendto(rtp_packet(101), ("127.0.0.1", to_a))
    number_after = struct.unpack("!H", b.recv(2000)[2:4])[0]
    check(number_after == 115, "what is relayed behind them has the next number", number_after)
    for keys_given, reason in ((dict(code=16), "Out of range 'code' specified"), (dict(code=1, from_tag="x"), "From-tag given, but no such tag exists")):
        answer = client.ask("play DTMF", **{"call_id": "keys", "from_tag": "f", **keys_given})
        check(answer == {"result": "error", "error-reason": reason}, reason, answer)

    client.ask("block media", call_id="keys", flags=["all"])
    a.sendto(rtp_packet(102), ("127.0.0.1", to_a))
    b.settimeout(0.3)
    try:
        check(False, "blocked media does not pass", b.recv(2000))
    except TimeoutError:
        check(True, "blocked media does not pass")
    b.settimeout(2)
    client.ask("unblock media", call_id="keys", flags=["all"])
    client.ask("silence media", call_id="keys", from_tag="f", flags=["directional"])
    a.sendto(rtp_packet(103, payload=b"x" * 160), ("127.0.0.1", to_a))
    b.sendto(rtp_packet(1, ssrc=9, payload=b"y" * 160), ("127.0.0.1", to_b))
    check(b.recv(2000)[12:] == b"\xd5" * 160, "silenced, it passes as silence")
    check(a.recv(2000)[12:] == b"y" * 160, "and the other way as it is")
    client.ask("unsilence media", call_id="keys", flags=["all"])
    client.ask("block DTMF", call_id="keys", DTMF_security="zero")
    a.sendto(rtp_packet(104, 101, payload=b"\x05\x0a\x00\xa0"), ("127.0.0.1", to_a))
    check(b.recv(2000)[12:] == b"\x00\x0a\x00\xa0", "a key that is hidden is heard as another")
    check(client.ask("delete", call_id="keys")["result"] == "ok", "and the call ends")


def captured(path):
    """What a capture file of IP packets holds: the ports and the bytes of each datagram."""
    data = pathlib.Path(path).read_bytes()
    magic, major, minor, _, _, link_type = struct.unpack("!IHHQII", data[:24])
    check((magic, major, minor, link_type) == (0xa1b2c3d4, 2, 4, 101), "a capture file of IP packets", data[:24].hex())
    out, at = [], 24
    while at < len(data):
        size = struct.unpack("!I", data[at + 8:at + 12])[0]
        packet = data[at + 16:at + 16 + size]
        out.append((*struct.unpack("!HH", packet[20:24]), packet[28:]))
        at += 16 + size
    return out


def recording(folder):
    """A call goes to a file while it is recorded, and to none that is thrown away."""
    records = tempfile.mkdtemp(dir=folder)
    breaker = Breaker(tempfile.mkdtemp(dir=folder), "--record-dir", records)
    client = ng.Client.udp(breaker.port)
    (a, _), (b, _) = phone(), phone()
    to_b = media_port(client.ask("offer", call_id="rec/1", from_tag="f", sdp=sdp(a))["sdp"])
    to_a = media_port(client.ask("answer", call_id="rec/1", from_tag="f", to_tag="t", sdp=sdp(b))["sdp"])

    def send(sequence, sock, port, other):
        sock.sendto(rtp_packet(sequence), ("127.0.0.1", port))
        return other.recv(2000) == rtp_packet(sequence)

    passed = [send(0, a, to_a, b)]
    answer = client.ask("start recording", call_id="rec/1")
    path = answer.get("recording-file", "")
    check(answer["result"] == "ok" and path.startswith(f"{records}/rec%2f1-") and os.stat(path).st_mode & 0o777 == 0o600,
          "start recording names a file that is its owner's alone", answer)
    passed += [send(1, a, to_a, b), send(2, b, to_b, a)]
    client.ask("pause recording", call_id="rec/1")
    passed.append(send(3, a, to_a, b))
    client.ask("start recording", call_id="rec/1")
    passed.append(send(4, a, to_a, b))
    check(client.ask("stop recording", call_id="rec/1") == {"result": "ok"}, "stop recording")
    passed.append(send(5, a, to_a, b))
    from_a, from_b = a.getsockname()[1], b.getsockname()[1]
    expected = [(from_a, to_a, rtp_packet(1)), (from_b, to_b, rtp_packet(2)), (from_a, to_a, rtp_packet(4))]
    check(all(passed) and captured(path) == expected, "the file has what both sent while it ran", captured(path))

    client.ask("offer", call_id="rec/1", from_tag="f", to_tag="t", sdp=sdp(a), record_call="yes", metadata="who=me")
    told = client.ask("query", call_id="rec/1")
    check(told["metadata"] == "who=me" and os.path.exists(told["recording-file"]) and told["recording-file"] != path,
          "an offer begins another", told)
    client.ask("delete", call_id="rec/1", flags=["discard-recording"])
    check(os.listdir(records) == [os.path.basename(path)], "which goes with the call", os.listdir(records))
    breaker.stop()


def half_set_up(folder):
    """Ten thousand offers that nobody answers: as many as there are ports, and it serves on."""
    few = Breaker(tempfile.mkdtemp(dir=folder), "--ports", "38000-38019")
    client = ng.Client.udp(few.port)
    a, _ = phone()
    results = [client.ask("offer", call_id=f"half{n}", from_tag="f", sdp=sdp(a)).get("error-reason", "ok") for n in range(10_000)]
    check(set(results) == {"ok", "Ran out of ports"} and results.count("ok") <= 10, "10,000 half-set-up calls: bounded by ports",
          {r: results.count(r) for r in set(results)})
    held = client.ask("list", limit=20_000)["calls"]
    check(len(held) == results.count("ok"), "those that were refused leave nothing", len(held))
    client.ask("delete", call_id=held[0])
    check(client.ask("offer", call_id="next", from_tag="f", sdp=sdp(a))["result"] == "ok", "and the next finds room when one has gone")
    few.stop()


def out_of_ports(folder):
    small = Breaker(tempfile.mkdtemp(dir=folder), "--ports", "39900-39901")
    client = ng.Client.udp(small.port)
    a, _ = phone()
    answer = client.ask("offer", call_id="c", from_tag="f", sdp=sdp(a), supports=["load limit"])
    check(answer == {"result": "load limit", "message": "Ran out of ports"}, "no ports left, in Kamailio's way", answer)
    answer = client.ask("offer", call_id="c", from_tag="f", sdp=sdp(a))
    check(answer == {"result": "error", "error-reason": "Ran out of ports"}, "and in OpenSIPS'", answer)
    check(client.ask("list")["calls"] == [], "and no call is left behind")
    for _ in range(20):
        client.ask("offer", call_id="c", from_tag="f", sdp=sdp(a))
    small.process.send_signal(signal.SIGTERM)
    words = small.process.stderr.read()
    check(words.count("all media ports from 39900 to 39901 are in use") in range(1, 7) and "level=warning" in words, "and one line a second tells it", words)
    small.stop()


def pipe():
    a, _ = phone()
    ping = json.dumps({"command": "ping"})
    offer = json.dumps({"command": "offer", "call-id": "c", "from-tag": "f", "sdp": sdp(a)})
    lines = [ping, "garbage", "[]", "5", "null", '{"command":', "c9 {" + " " * 3_000_000, "c1 d7:command4:pinge", offer, ping]
    done = subprocess.run([PROGRAM, "--ng", "-", "--interface", "127.0.0.1"], input="\n".join(lines), capture_output=True, text=True,
                          timeout=20)
    out = done.stdout.splitlines()
    check(done.returncode == 0 and len(out) == len(lines) and out[0] == out[-1] == '{"result":"pong"}'
          and out[7] == "c1 d6:result4:ponge", "stdin and stdout, a line a message, cookie or not", done)
    check(all(json.loads(line)["result"] == "error" for line in out[1:6]), "a line that is no message is answered with an error", out)
    check(out[6] == 'c9 {"result":"error","error-reason":"ng message is too long"}', "so is one without end, and the next is read",
          out[6])
    check(json.loads(out[8])["result"] == "ok", "an offer in JSON by a pipe", out)
    check("level=warning mod=ng" in done.stderr, "and a line tells the operator", done.stderr)


def hangup(folder):
    config = pathlib.Path(folder, "breaker.conf")
    config.write_text("drain-seconds = 0\n", encoding="utf-8")
    breaker = Breaker(tempfile.mkdtemp(dir=folder), "--config", str(config))
    client = ng.Client.udp(breaker.port)

    def reload(text):
        config.write_text(text, encoding="utf-8")
        breaker.process.send_signal(signal.SIGHUP)
        return breaker.process.stderr.readline()

    line = reload("drain-seconds = 9\nports = 40000-40100\n")
    check("taken: drain-seconds; after a restart: ports" in line, "SIGHUP: the configuration is read again, and a line says what holds", line)
    line = reload("drain-secnds = 9\n")
    check("the former configuration stays" in line and "drain-seconds" in line, "SIGHUP: a wrong file changes nothing", line)
    a, _ = phone()
    client.ask("offer", call_id="c", from_tag="f", sdp=sdp(a))
    breaker.process.send_signal(signal.SIGTERM)
    check("9 s at most" in breaker.process.stderr.readline(), "SIGHUP: the new value holds")
    client.ask("delete", call_id="c", from_tag="f", delete_delay=0)
    check(breaker.process.wait(timeout=20) == 0, "SIGHUP: and it serves on to its end")
    breaker.process.stderr.close()


def hangup_at_the_start(folder):
    """The file that it reads first is a pipe: so the signal finds it in the midst of its start."""
    config = f"{folder}/start.conf"
    os.mkfifo(config)
    process = subprocess.Popen([PROGRAM, "--ng", f"unix:{folder}/start.sock", "--interface", "127.0.0.1", "--run-dir", f"{folder}/start",
                                "--config", config], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    with open(config, "w", encoding="utf-8") as pipe:  # waits for who reads
        process.send_signal(signal.SIGHUP)
        os.remove(config)
        pathlib.Path(config).write_text("drain-seconds = 1\n", encoding="utf-8")
    lines = [process.stderr.readline(), process.stderr.readline()]
    check("ready on" in lines[0] and "taken: drain-seconds" in lines[1],
          "SIGHUP at the start: it serves, and takes what has changed since", lines)
    process.terminate()
    process.wait(timeout=10)
    process.stderr.close()


def usage(folder):
    def run(*options):
        return subprocess.run([PROGRAM, *options], capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL)

    check(run("--no-such").returncode == 2, "an unknown option is wrong usage")
    check(run("--interface", "nowhere").returncode == 2, "an address that is none")
    stranger = run("--interface", "192.0.2.77", "--ng", f"unix:{folder}/check.sock")
    check(stranger.returncode == 73 and stranger.stderr.count("\n") == 1 and "192.0.2.77: Cannot assign" in stranger.stderr,
          "an address that is not this machine's", stranger)
    check(run("--interface", "127.0.0.1", "--ng", "carrier:pigeon").returncode == 2, "an endpoint of no kind")
    check(run("--interface", "127.0.0.1", "--ng", f"unix:{folder}").returncode == 73, "a socket where a folder is")
    refused = run("--interface", "127.0.0.1", "--ng", f"unix:{folder}/check.sock", "--record-dir", f"{folder}/none")
    check(refused.returncode == 73 and "--record-dir" in refused.stderr, "a folder for recordings that is not there", refused)
    for options in (["--ports", "7"], ["--ports", "40000-30000"], ["--webrtc-port", "x"]):
        check(run("--interface", "127.0.0.1", *options).returncode == 2, f"{' '.join(options)}: wrong usage")
    pathlib.Path(folder, "wrong.conf").write_text("ports = abc\n", encoding="utf-8")
    check(run("--interface", "127.0.0.1", "--config", f"{folder}/wrong.conf").returncode == 78, "the same in a file: bad configuration")
    in_environment = subprocess.run([PROGRAM], capture_output=True, timeout=20, stdin=subprocess.DEVNULL,
                                    env={**os.environ, "RTC_BREAKER_INTERFACE": "nowhere"})
    check(in_environment.returncode == 78, "and in the environment", in_environment)
    taken = run("--interface", "127.0.0.1", "--ng", f"unix:{folder}/ng.sock")
    check(taken.returncode == 73 and "another process" in taken.stderr, "a socket that another process serves", taken)
    checked = run("--check", "--interface", "127.0.0.1", "--ng", f"unix:{folder}/check.sock", "--run-dir", f"{folder}/check")
    check(checked.returncode == 0 and not os.path.exists(f"{folder}/check.sock"), "--check leaves nothing behind", checked)
    lines = checked.stdout.splitlines()
    check(all(line in lines for line in ("interface = 127.0.0.1", f"ng = unix:{folder}/check.sock", f"control = {folder}/check/breaker.sock"))
          and not any(line.startswith("check") or line.endswith("= ") for line in lines), "--check prints what holds", checked)
    for options, code, words in ((["--user", "nosuch"], 78, "no user nosuch"), (["--control-group", "nosuch"], 78, "no group nosuch"),
                                 (["--control-mode", "9999"], 2, "octal")):
        refused = run("--check", "--interface", "127.0.0.1", "--ng", f"unix:{folder}/check.sock", "--run-dir", f"{folder}/check", *options)
        check(refused.returncode == code and words in refused.stderr, f"--check {' '.join(options)}: {code}", refused)


def main():
    with tempfile.TemporaryDirectory() as folder:
        breaker = Breaker(folder)
        try:
            client = listeners(breaker, folder)
            by_http(breaker)
            errors(client, folder, breaker.tcp_port)
            relay(client, folder)
            two_branches(client)
            keys(client)
            recording(folder)
            half_set_up(folder)
            out_of_ports(folder)
            pipe()
            hangup(folder)
            hangup_at_the_start(folder)
            usage(folder)
        finally:
            code = breaker.stop()
        check(code == 0, "SIGTERM ends it well", code)
        check(not os.path.exists(f"{folder}/ng.sock"), "and its sockets go with it")
        stale = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        stale.bind(f"{folder}/ng.sock")
        stale.close()
        again = Breaker(folder)
        check(ng.Client.unix(f"{folder}/ng.sock").ask("ping") == {"result": "pong"}, "a dead process's socket is taken over")
        again.stop()
    print(f"1..{number}")
    sys.exit(1 if failures else 0)


main()
