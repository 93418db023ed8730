#!/usr/bin/env python3
"""Two scripted agents call each other through the real proxy, over every pair of transports that differ. TAP."""
import pathlib
import secrets
import socket
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import proxy as server  # noqa: E402
import sip  # noqa: E402
from tap import check, done, run  # noqa: E402

SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
WITH_SDP = ["Content-Type: application/sdp"]


class Call:
    """alice calls: an INVITE that was challenged and sent again, and what belongs to its dialog."""

    def __init__(self, caller, callee_uri, sdp=SDP):
        self.caller, self.uri, self.sdp, self.call_id = caller, callee_uri, sdp, f"{secrets.token_hex(8)}@test"
        self.branch = ""
        self.request("INVITE")
        challenge = caller.final()
        self.ack(challenge)
        credentials = sip.digest(challenge.get("Proxy-Authenticate"), caller.user, caller.password, "INVITE", callee_uri)
        self.request("INVITE", [f"Proxy-Authorization: {credentials}"])

    def request(self, method, headers=()):
        self.branch = "z9hG4bK" + secrets.token_hex(8)
        self.headers = [f"Contact: {self.caller.contact}", *headers]
        self.caller.send(self.caller.request(method, self.uri, headers=[*self.headers, *WITH_SDP], body=self.sdp, branch=self.branch,
                                             call_id=self.call_id))

    def ack(self, answer):
        """RFC 3261 section 17.1.1.3: an ACK for a failure has the INVITE's branch."""
        self.caller.send(self.caller.request("ACK", self.uri, to=answer.get("To"), cseq=self.caller.cseq, branch=self.branch,
                                             call_id=self.call_id))

    def cancel(self):
        self.caller.send(self.caller.request("CANCEL", self.uri, cseq=self.caller.cseq, branch=self.branch, call_id=self.call_id))

    def within(self, method, answer, headers=(), body=""):
        """A request inside the dialog that the 200 made, along its route."""
        routes = [*(f"Route: {route}" for route in reversed(answer.all("Record-Route"))), *headers]
        target = answer.get("Contact").split(">")[0].strip("<")
        cseq = self.caller.cseq if method == "ACK" else None
        self.caller.send(self.caller.request(method, target, to=answer.get("To"), headers=routes, cseq=cseq, call_id=self.call_id,
                                             body=body))


def wait_for(agent, method=None, code=None):
    """The next message of this kind; provisional ones and repeats are passed over."""
    while True:
        message = agent.receive()
        if (method and message.method == method) or (code and message.code == code and message.code):
            return message


def both(proxy, left, right):
    """Two that are registered, and nobody else: phones of earlier calls would ring too."""
    for user in ("alice", "bob"):
        proxy.run("sipctl", "rpc", "ul.rm", "location", f"{user}@{server.DOMAIN}")
    caller, callee = proxy.agent(left, "alice"), proxy.agent(right, "bob")
    assert caller.register().code == 200 and callee.register().code == 200
    return caller, callee


def talks(proxy, left, right):
    pair = f"{left} to {right}"
    caller, callee = both(proxy, left, right)
    with caller, callee:
        call = Call(caller, f"sip:bob@{server.DOMAIN}")
        invite = wait_for(callee, method="INVITE")
        check(invite.body == SDP, f"{pair}: the INVITE arrives with its body", invite.raw)
        check("Proxy-Authorization" not in invite.raw, f"{pair}: credentials for the proxy stay with it", invite.raw)
        callee.answer(invite, 180, "Ringing")
        check(wait_for(caller, code=180).code == 180, f"{pair}: ringing arrives")
        calls = proxy.run("sipctl", "calls", "--json").stdout
        check('"ringing"' in calls, f"{pair}: sipctl calls shows it ringing", calls)
        callee.answer(invite, 200, "OK", WITH_SDP, SDP)
        answer = wait_for(caller, code=200)
        check(answer.body == SDP, f"{pair}: the answer arrives with its body", answer.raw)
        call.within("ACK", answer)
        check(wait_for(callee, method="ACK").method == "ACK", f"{pair}: the ACK arrives")
        call.within("BYE", answer)
        bye = wait_for(callee, method="BYE")
        callee.answer(bye, 200, "OK")
        check(wait_for(caller, code=200).get("CSeq").endswith("BYE"), f"{pair}: and so does the BYE")
    check(proxy.eventually(lambda: [e for e in proxy.events("call-end")]), f"{pair}: the end is an event")


def callee_hangs_up(proxy):
    caller, callee = both(proxy, "ws", "udp")
    with caller, callee:
        call = Call(caller, f"sip:bob@{server.DOMAIN}")
        invite = wait_for(callee, method="INVITE")
        callee.answer(invite, 200, "OK", WITH_SDP, SDP)
        call.within("ACK", wait_for(caller, code=200))
        wait_for(callee, method="ACK")
        routes = [f"Route: {route}" for route in invite.all("Record-Route")]
        callee.send(callee.request("BYE", invite.get("Contact").strip("<>").split(">")[0], to=invite.get("From"),
                                   headers=routes, call_id=call.call_id))
        check(wait_for(caller, method="BYE").method == "BYE", "the phone's BYE reaches the browser by its flow")


def is_cancelled(proxy):
    caller, callee = both(proxy, "udp", "tcp")
    with caller, callee:
        call = Call(caller, f"sip:bob@{server.DOMAIN}")
        invite = wait_for(callee, method="INVITE")
        callee.answer(invite, 180, "Ringing")
        wait_for(caller, code=180)
        call.cancel()
        cancel = wait_for(callee, method="CANCEL")
        callee.answer(cancel, 200, "OK")
        callee.answer(invite, 487, "Request Terminated")
        ended = wait_for(caller, code=487)
        call.ack(ended)
        check(ended.code == 487, "CANCEL reaches the phone, and 487 the caller")


def is_refused(proxy):
    caller, callee = both(proxy, "tls", "udp")
    with caller, callee:
        call = Call(caller, f"sip:bob@{server.DOMAIN}")
        callee.answer(wait_for(callee, method="INVITE"), 486, "Busy Here")
        ended = wait_for(caller, code=486)
        call.ack(ended)
        check(ended.code == 486, "busy comes back")


def nobody_there(proxy):
    with proxy.agent("udp", "alice") as caller:
        caller.register()
        for user, code, what in (("carol", 480, "a user who is not registered"), ("nobody", 404, "an unknown user")):
            call = Call(caller, f"sip:{user}@{server.DOMAIN}")
            ended = caller.final()
            call.ack(ended)
            check(ended.code == code, f"{what}: {code}", ended.raw)
        call = Call(caller, "sip:someone@elsewhere.test")
        ended = caller.final()
        call.ack(ended)
        check(ended.code in (403, 404), "no relaying to strangers' domains", ended.raw)


def sends_a_message(proxy):
    sender, receiver = both(proxy, "wss", "udp")
    with sender, receiver:
        sender.send(sender.request("MESSAGE", f"sip:bob@{server.DOMAIN}", headers=["Content-Type: text/plain"], body="hello"))
        challenge = sender.final()
        credentials = sip.digest(challenge.get("Proxy-Authenticate"), "alice", "alice-secret", "MESSAGE", f"sip:bob@{server.DOMAIN}")
        sender.send(sender.request("MESSAGE", f"sip:bob@{server.DOMAIN}", body="hello",
                                   headers=["Content-Type: text/plain", f"Proxy-Authorization: {credentials}"]))
        message = wait_for(receiver, method="MESSAGE")
        receiver.answer(message, 200, "OK")
        check(message.body == "hello" and sender.final().code == 200, "a MESSAGE crosses")


def is_traced(proxy):
    trace = proxy.run("siptrace", "calls", proxy.trace_file, "--json").stdout
    check('"completed"' in trace or '"call_id"' in trace, "siptrace reads the trace", trace)


def media(events=True):
    """A phone's socket, and what it says of it."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    sock.settimeout(5)
    sdp = (f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {sock.getsockname()[1]} RTP/AVP 0"
           f"{' 101' if events else ''}\r\na=rtpmap:0 PCMU/8000\r\n")
    return sock, sdp + ("a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n" if events else "")


def info_becomes_rtp(build):
    """A key by INFO is heard in RTP where the callee takes events, and goes on as INFO where it does not."""
    breaker = ["--bridge", "always", "--breaker", "exec:rtc-breaker --ng - --interface 127.0.0.1"]
    key = {"headers": ["Content-Type: application/dtmf-relay"], "body": "Signal=#\r\nDuration=120\r\n"}
    with server.Proxy(build, *breaker) as proxy:
        for events in (True, False):
            caller, callee = both(proxy, "udp", "udp")
            with caller, callee:
                (a, offer), (b, answer_sdp) = media(), media(events)
                call = Call(caller, f"sip:bob@{server.DOMAIN}", offer)
                callee.answer(wait_for(callee, method="INVITE"), 200, "OK", WITH_SDP, answer_sdp)
                answer = wait_for(caller, code=200)
                call.within("ACK", answer)
                wait_for(callee, method="ACK")
                call.within("INFO", answer, **key)
                if events:
                    check(wait_for(caller, code=200).get("CSeq").endswith("INFO"), "the proxy answers the INFO")
                    packets = [b.recv(2000) for _ in range(8)]
                    numbers = [int.from_bytes(p[2:4], "big") for p in packets]
                    check(all(p[1] & 0x7f == 101 and p[12] == 11 for p in packets) and packets[0][1] & 0x80 and packets[-1][13] & 0x80
                          and packets[-1][14:16] == (960).to_bytes(2, "big"), "and the callee hears the key, 120 ms of it", packets)
                    check([(n - numbers[0]) % 65536 for n in numbers] == list(range(8)), "in packets one after the other", numbers)
                else:
                    info = wait_for(callee, method="INFO")
                    callee.answer(info, 200, "OK")
                    check(info.body == key["body"] and wait_for(caller, code=200).get("CSeq").endswith("INFO"),
                          "a callee that takes no events gets the INFO itself", info.raw)
                call.within("BYE", answer)
                callee.answer(wait_for(callee, method="BYE"), 200, "OK")
                check(wait_for(caller, code=200).get("CSeq").endswith("BYE"), "the dialog goes on behind it")
                a.close()
                b.close()


def main():
    with server.Proxy(sys.argv[1], "--bridge", "never", users=("alice", "bob", "carol")) as proxy:
        for left, right in (("udp", "udp"), ("udp", "tcp"), ("tcp", "tls"), ("ws", "wss"), ("wss", "udp"), ("tls", "ws")):
            run(talks, proxy, left, right)
        for test in (callee_hangs_up, is_cancelled, is_refused, nobody_there, sends_a_message, is_traced):
            run(test, proxy)
        check(proxy.alive(), "the proxy is alive", proxy.words())
    run(info_becomes_rtp, sys.argv[1])
    done()


main()
