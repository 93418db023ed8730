#!/usr/bin/env python3
"""Phones register with the real proxy over every transport; what was answered with 200 is on disk. TAP."""
import pathlib
import re
import socket
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import proxy as server  # noqa: E402
import sip  # noqa: E402
from tap import check, done, run  # noqa: E402


def registers(proxy, transport):
    with proxy.agent(transport) as phone:
        answer = phone.register()
        check(answer.code == 200, f"{transport}: registers with digest", answer.raw)
        check(f"{phone.contact};expires=600" in answer.get("Contact"), f"{transport}: its contact comes back with expires", answer.raw)
        rows = sqlite3.connect(f"{proxy.folder}/cordboard.sqlite").execute("select contact, socket from location").fetchall()
        check((phone.contact.strip("<>"), f"{transport}:127.0.0.1:{proxy.ports[transport]}") in rows,
              f"{transport}: the binding is on disk", rows)
        shown = proxy.run("sipctl", "contacts", "alice").stdout
        check(phone.contact.strip("<>") in shown, f"{transport}: sipctl contacts shows it", shown)
        check(phone.register(0).code == 200, f"{transport}: unregisters")
        shown = proxy.run("sipctl", "contacts", "alice").stdout
        check(phone.contact.strip("<>") not in shown, f"{transport}: and is gone", shown)


def refuses_a_wrong_password(proxy, transport):
    with proxy.agent(transport, password="wrong") as phone:
        answer = phone.register()
        check(answer.code == 401, f"{transport}: a wrong password is refused", answer.raw)
    check(proxy.eventually(lambda: proxy.events("auth-failed")), f"{transport}: and told as an event")


def offers_what_it_is_told():
    listeners = ["-l", "ws:127.0.0.1:0", "-l", "udp:127.0.0.1:0,digest=SHA-256+MD5"]
    with server.Proxy(sys.argv[1], *listeners, transports=()) as proxy:
        for transport, expected in (("ws", ["MD5"]), ("udp", ["SHA-256", "MD5"])):
            with proxy.agent(transport) as phone:
                phone.send(phone.request("REGISTER", f"sip:{server.DOMAIN}", headers=[f"Contact: {phone.contact}"]))
                offered = [re.search(r"algorithm=([\w-]+)", c)[1] for c in phone.final().all("WWW-Authenticate")]
                check(offered == expected, f"{transport}: is challenged with {' and '.join(expected)}", offered)
                check(phone.register().code == 200, f"{transport}: and registers by the first")


def connection_ends_binding(proxy, transport):
    phone = proxy.agent(transport, "bob")
    phone.register()
    check("bob" in proxy.run("sipctl", "contacts").stdout, f"{transport}: bob is there")
    phone.close()
    check(proxy.eventually(lambda: "bob" not in proxy.run("sipctl", "contacts").stdout),
          f"{transport}: the binding goes with its connection")


def phone_takes_connections(proxy, transport):
    """An RFC 3261 phone closes the connection it registered over, and waits for ours at its Contact."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(5)
        phone = proxy.agent(transport, "bob")
        phone.port = listening.getsockname()[1]
        phone.register()
        phone.close()
        with proxy.agent("udp", "alice") as caller:
            check(proxy.eventually(lambda: '"Tcpconn-Id": -1' in proxy.run("sipctl", "rpc", "ul.lookup", "location", f"bob@{server.DOMAIN}").stdout),
                  f"{transport}: the binding stays when the phone closes its connection")
            caller.register()
            uri = f"sip:bob@{server.DOMAIN}"
            caller.send(caller.request("MESSAGE", uri))
            challenge = caller.final()
            credentials = sip.digest(challenge.get("Proxy-Authenticate"), "alice", "alice-secret", "MESSAGE", uri)
            caller.send(caller.request("MESSAGE", uri, headers=[f"Proxy-Authorization: {credentials}"]))
            stream, _ = listening.accept()
            with stream:
                stream.settimeout(5)
                check(stream.recv(65535).startswith(b"MESSAGE sip:bob@127.0.0.1"), f"{transport}: and it is reached at its Contact")
    proxy.rpc("ul.rm", "location", f"bob@{server.DOMAIN}")


def kicks(proxy):
    with proxy.agent("udp", "bob") as phone:
        phone.register()
        proxy.rpc("ul.rm", "location", f"bob@{server.DOMAIN}")
        check(proxy.run("sipctl", "contacts", "bob").stdout == "", "ul.rm removes the bindings of a user")


def learns_a_new_password(proxy):
    with proxy.agent("udp", "bob") as phone:
        phone.register()
        proxy.run("sipctl", "passwd", f"bob@{server.DOMAIN}", "--password-stdin", input="another\n")
        check(phone.register().code == 401, "a changed password holds at once")
        phone.password = "another"
        check(phone.register().code == 200, "and lets in")
        proxy.run("sipctl", "passwd", f"bob@{server.DOMAIN}", "--password-stdin", input="bob-secret\n")


def a_restart_keeps_bindings(proxy):
    with proxy.agent("udp") as phone:
        phone.register()
        check(proxy.stop() == 0, "SIGTERM ends it cleanly")
        port = proxy.ports["udp"]
        proxy.arguments[proxy.arguments.index("udp:127.0.0.1:0")] = f"udp:127.0.0.1:{port}"
        proxy.start()
        shown = proxy.run("sipctl", "contacts", "alice").stdout
        check(phone.contact.strip("<>") in shown, "after a restart the binding is there", shown)


def main():
    with server.Proxy(sys.argv[1]) as proxy:
        for transport in server.TRANSPORTS:
            run(registers, proxy, transport)
            run(refuses_a_wrong_password, proxy, transport)
        for transport in ("tcp", "tls", "ws", "wss"):
            run(connection_ends_binding, proxy, transport)
        run(phone_takes_connections, proxy, "tcp")
        run(kicks, proxy)
        run(learns_a_new_password, proxy)
        run(a_restart_keeps_bindings, proxy)
        check(proxy.alive(), "the proxy is alive", proxy.words())
    run(offers_what_it_is_told)
    done()


main()
