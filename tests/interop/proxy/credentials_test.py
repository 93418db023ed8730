#!/usr/bin/env python3
"""Who needs no password at the real proxy: holders of tokens, and trusted addresses. GRUUs, and a phone that is woken. TAP."""
import base64
import hashlib
import hmac
import json
import os
import pathlib
import re
import signal
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import proxy as server  # noqa: E402
import sip  # noqa: E402
from tap import check, done, run  # noqa: E402

SECRET = b"a secret of thirty-two bytes, or more"


def token(subject, secret=SECRET, expires=60):
    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    covered = (part(json.dumps({"alg": "HS256", "typ": "JWT"}).encode()) + "." +
               part(json.dumps({"sub": subject, "exp": int(time.time()) + expires}).encode()))
    return covered + "." + part(hmac.new(secret, covered.encode(), hashlib.sha256).digest())


def register(phone, *headers, contact=""):
    phone.send(phone.request("REGISTER", f"sip:{server.DOMAIN}", to=f"<sip:{phone.user}@{server.DOMAIN}>",
                             headers=[f"Contact: {contact or phone.contact}", "Expires: 600", *headers]))
    return phone.final()


def ask(agent, method, uri):
    """Sends a request with credentials, and does not wait for its answer."""
    agent.send(agent.request(method, uri))
    credentials = sip.digest(agent.final().get("Proxy-Authenticate"), agent.user, agent.password, method, uri)
    agent.send(agent.request(method, uri, headers=[f"Proxy-Authorization: {credentials}"]))


def takes_tokens(proxy):
    with proxy.agent("udp") as phone:
        answer = register(phone, f"Authorization: Bearer {token('alice')}")
        check(answer.code == 200, "a token stands for a password", answer.raw)
        answer = register(phone, f"Authorization: Bearer {token('alice', secret=b'x' * 32)}")
        check(answer.code == 401 and 'error="invalid_token"' in answer.get("WWW-Authenticate"), "one by another key does not", answer.raw)
        check(register(phone, f"Authorization: Bearer {token('alice', expires=0)}").code == 401, "nor one that is over")
        check(register(phone, f"Authorization: Bearer {token('bob')}").code == 403, "nor that of another user")
        check(phone.register().code == 200, "the password still does")


def reads_another_key(proxy, file):
    other = b"another secret of thirty-two bytes"
    file.write_bytes(other)
    proxy.process.send_signal(signal.SIGHUP)
    with proxy.agent("udp") as phone:
        check(proxy.eventually(lambda: register(phone, f"Authorization: Bearer {token('alice', other)}").code == 200),
              "SIGHUP reads the key again")


def refuses_an_open_secret(folder):
    file = folder / "open.key"
    file.write_bytes(SECRET)
    os.chmod(file, 0o644)
    with server.Proxy(sys.argv[1]) as proxy:
        checked = proxy.run("sipws-proxy", "--check", "--jwt-key", str(file), "-l", "udp:127.0.0.1:0")
        check(checked.returncode == 77, "a secret that others can read is refused", checked.stderr)
        checked = proxy.run("sipws-proxy", "--check", "--jwt-key", str(folder / "none"), "-l", "udp:127.0.0.1:0")
        check(checked.returncode == 78 and "--jwt-key" in checked.stderr, "and a file that is not there", checked.stderr)


def trusts_addresses(proxy):
    with proxy.agent("udp", "bob") as bob, proxy.agent("udp", "trunk", password="none", domain="carrier.example") as trunk:
        bob.register()

        def sends():
            trunk.send(trunk.request("MESSAGE", f"sip:bob@{server.DOMAIN}"))
            answer = trunk.receive()
            while answer.code == 100:
                answer = trunk.receive()
            return answer

        check(sends().code == 403, "a stranger's request is not relayed")
        bob.socket.settimeout(5)
        added = proxy.run("sipctl", "trust", "add", "127.0.0.1", "--tag", "loopback")
        check(added.returncode == 0, "sipctl trust add", added.stderr)
        check(proxy.run("sipctl", "trust", "add", "127.0.0.1").returncode == 1, "it is added once")
        check(proxy.run("sipctl", "trust", "list").stdout == "127.0.0.1\t32\t0\t1\tloopback\n", "and listed",
              proxy.run("sipctl", "trust", "list").stdout)

        def relayed():
            trunk.send(trunk.request("MESSAGE", f"sip:bob@{server.DOMAIN}"))
            bob.socket.settimeout(0.3)
            try:
                message = bob.receive()
            except TimeoutError:
                return False
            bob.answer(message, 200)
            return "trunk@carrier.example" in message.get("From")

        check(proxy.eventually(relayed), "from then on it is")
        check(proxy.run("sipctl", "trust", "rm", "127.0.0.1").returncode == 0, "sipctl trust rm")
        check(proxy.run("sipctl", "trust", "rm", "127.0.0.1").returncode == 1, "once")
        check(proxy.run("sipctl", "trust", "add", "nonsense").returncode == 2, "what is no address is refused")


def gives_gruus(proxy):
    with proxy.agent("ws") as web, proxy.agent("udp", "bob") as bob:
        bob.register()
        contact = f'{web.contact};+sip.instance="<urn:uuid:11>"'
        answer = web.authenticated("REGISTER", f"sip:{server.DOMAIN}", to=f"<sip:alice@{server.DOMAIN}>",
                                   headers=[f"Contact: {contact}", "Supported: gruu"])
        for kind in ("pub-gruu", "temp-gruu"):
            gruu = re.search(rf';{kind}="([^"]+)"', answer.raw)
            check(gruu, f"{kind} is given", answer.raw)
            ask(bob, "OPTIONS", gruu[1])
            asked = web.receive()
            check(asked.start == f"OPTIONS {web.contact.strip('<>')} SIP/2.0", f"{kind} leads to its client", asked.raw)
            web.answer(asked, 200)
            check(bob.final().code == 200, "and the answer comes back")


def wakes(proxy):
    proxy.rpc("ul.rm", "location", f"alice@{server.DOMAIN}")  # those of the tests before
    with proxy.agent("udp", "bob") as bob:
        bob.register()
        phone = proxy.agent("tcp")
        contact = phone.contact.replace(">", ";pn-provider=acme;pn-prid=x1>")
        answer = phone.authenticated("REGISTER", f"sip:{server.DOMAIN}", to=f"<sip:alice@{server.DOMAIN}>", headers=[f"Contact: {contact}"])
        check('+sip.pns="acme"' in answer.get("Feature-Caps"), "a push service that is served is told", answer.raw)
        phone.close()
        check(proxy.eventually(lambda: '"CS_OFFLINE"' in proxy.run("sipctl", "rpc", "ul.lookup", "location", f"alice@{server.DOMAIN}").stdout),
              "its binding stays when its connection ends")
        ask(bob, "MESSAGE", f"sip:alice@{server.DOMAIN}")
        check(proxy.eventually(lambda: proxy.events("push-wanted")), "a request makes the event push-wanted")
        event = proxy.events("push-wanted")[0]
        check((event["user"], event["provider"], event["prid"]) == (f"alice@{server.DOMAIN}", "acme", "x1"), "with what the service needs", event)
        with proxy.agent("tcp") as again:
            again.authenticated("REGISTER", f"sip:{server.DOMAIN}", to=f"<sip:alice@{server.DOMAIN}>",
                                headers=[f"Contact: {again.contact.replace('>', ';pn-provider=acme;pn-prid=x1>')}"])
            woken = again.receive()
            check(woken.method == "MESSAGE", "and goes on when the phone has registered", woken.raw)
            again.answer(woken, 200)
            check(bob.final().code == 200, "to its end")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        file = folder / "token.key"
        file.touch(0o600)
        file.write_bytes(SECRET)
        with server.Proxy(sys.argv[1], "--jwt-key", str(file), "--push-provider", "acme") as proxy:
            run(takes_tokens, proxy)
            run(reads_another_key, proxy, file)
            run(trusts_addresses, proxy)
            run(gives_gruus, proxy)
            run(wakes, proxy)
            check(proxy.alive(), "the proxy is alive", proxy.words())
        run(refuses_an_open_secret, folder)
    done()


main()
