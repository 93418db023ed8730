#!/usr/bin/env python3
"""Certificates in the place of passwords at the real proxy, and those of next hops (RFC 5922). TAP."""
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import dns  # noqa: E402
import proxy as server  # noqa: E402
import sip  # noqa: E402
from tap import check, done, run  # noqa: E402


class Authority:
    """Signs certificates."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.file = self.make(name, "basicConstraints=critical,CA:TRUE")[0]

    def make(self, name, *extensions, by=()):
        (self.folder / "openssl.cnf").write_text("[req]\ndistinguished_name = dn\n[dn]\n", encoding="utf-8")
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        subprocess.run(["openssl", "req", "-config", self.folder / "openssl.cnf", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", key, "-out", certificate,
                        *(word for e in extensions for word in ("-addext", e)), *by], check=True, capture_output=True)
        return certificate, key

    def sign(self, name, names, *extensions):
        """A certificate and its key, for these subjectAltNames."""
        return self.make(f"{self.name}-{name}", f"subjectAltName={names}", *extensions,
                         by=("-CA", self.file, "-CAkey", self.folder / f"{self.name}.key"))


def shows(files):
    """How a client connects that shows this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if files:
        context.load_cert_chain(*files)
    return context


def registers(proxy, files, transport="tls", user="alice"):
    """What a REGISTER without a password is answered over a connection with this certificate."""
    with proxy.agent(transport, user, context=shows(files)) as client:
        client.send(client.request("REGISTER", f"sip:{server.DOMAIN}", to=f"<sip:{user}@{server.DOMAIN}>",
                                   headers=[f"Contact: {client.contact}", "Expires: 60"]))
        return client.final().code


def names_users(proxy, ours, others):
    alice = ours.sign("alice", f"URI:sip:alice@{server.DOMAIN}")
    for transport in ("tls", "wss"):
        check(registers(proxy, alice, transport) == 200, f"{transport}: who is named by a certificate needs no password")
        check(registers(proxy, alice, transport, "bob") == 401, f"{transport}: another user does")
        check(registers(proxy, None, transport) == 401, f"{transport}: and so does one without a certificate")
    bad = {"another authority's": others.sign("alice", f"URI:sip:alice@{server.DOMAIN}"),
           "a server's": ours.sign("server", f"URI:sip:alice@{server.DOMAIN}", "extendedKeyUsage=serverAuth"),
           "one for every user": ours.sign("all", f"URI:sip:*@{server.DOMAIN}"),
           "one for a user of another domain": ours.sign("wide", "URI:sip:alice@*.test"),
           "one for a host": ours.sign("host", f"DNS:alice.{server.DOMAIN}")}
    for what, files in bad.items():
        check(registers(proxy, files) == 401, f"{what} is none")
    check("proves nothing" in proxy.words(), "the log tells why", proxy.words())
    with proxy.agent("tls", "alice", context=shows(bad["another authority's"])) as phone:
        check(phone.register().code == 200, "the password still is one")


def relays(proxy, files, sender, user="bob"):
    """What a MESSAGE without a password is answered, by a user whom it reaches, or by the proxy."""
    name, domain = sender.split("@")
    with proxy.agent("udp", user) as there, proxy.agent("tls", name, domain=domain, context=shows(files)) as here:
        there.register()
        here.send(here.request("MESSAGE", f"sip:{user}@{server.DOMAIN}"))
        there.socket.settimeout(1)
        try:
            there.answer(there.receive(), 200)
        except TimeoutError:
            pass
        there.socket.settimeout(5)
        there.register(0)
        return here.final().code


def names_domains(proxy, ours):
    alice = ours.sign("alice", f"URI:sip:alice@{server.DOMAIN}")
    check(relays(proxy, alice, f"alice@{server.DOMAIN}") == 200, "a user by a certificate sends without a password")
    carrier = ours.sign("carrier", "URI:sip:carrier.test,DNS:other.test")
    check(relays(proxy, carrier, "anna@carrier.test") == 200, "a domain's server calls our users for its own")
    check(relays(proxy, carrier, "anna@other.test") == 403, "not for those of a host that stands beside")
    check(relays(proxy, ours.sign("stars", "DNS:*.stars.test"), "anna@one.stars.test") == 403, "nor by a wildcard")
    check(registers(proxy, ours.sign("own", f"DNS:{server.DOMAIN}")) == 401, "a server registers nobody")


def resumes(proxy, ours):
    context = shows(ours.sign("alice", f"URI:sip:alice@{server.DOMAIN}"))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    session = None
    for again in (False, True):
        stream = socket.create_connection(proxy.at("tls"), 5)
        with proxy.agent("tls", context=context) as phone:
            phone.socket.close()
            phone.socket = context.wrap_socket(stream, session=session)
            session = phone.socket.session
            phone.send(phone.request("REGISTER", f"sip:{server.DOMAIN}", to=f"<sip:alice@{server.DOMAIN}>"))
            check(phone.final().code == 200 and phone.socket.session_reused == again,
                  "a session that is resumed is the same user's" if again else "a session is made")


def reloads(proxy, ours, others, file):
    alice, other = (by.sign("alice", f"URI:sip:alice@{server.DOMAIN}") for by in (ours, others))
    shutil.copy(others.file, f"{file}.new")
    pathlib.Path(f"{file}.new").rename(file)
    check(proxy.eventually(lambda: registers(proxy, other) == 200, 20), "other authorities are read by themselves")
    check(registers(proxy, alice) == 401, "and the former ones are trusted no more")


class FarServer:
    """A SIP server over TLS that answers each connection's first request."""

    def __init__(self, files):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*files)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                stream, _ = self.socket.accept()
            except OSError:
                return
            try:
                with self.context.wrap_socket(stream, server_side=True) as tls:
                    request = sip.Message(tls.recv(65535).decode())
                    copied = [f"{n}: {v}" for n, v in request.headers if n.lower() in ("via", "from", "to", "call-id", "cseq")]
                    tls.sendall("\r\n".join(["SIP/2.0 200 OK", *copied, "Content-Length: 0", "", ""]).encode())
                    tls.recv(1)
            except (OSError, IndexError):
                pass


def proves_next_hops(ours):
    def sends(names_in_certificate):
        far = FarServer(ours.sign("far", names_in_certificate))
        with dns.Server() as names:
            names.a("far.carrier.test", "127.0.0.1")
            with server.Proxy(sys.argv[1], "--domain", server.DOMAIN, "--tls-ca", str(ours.file), "--dns", names.address,
                              "--outbound-proxy", f"sip:far.carrier.test:{far.port};transport=tls") as proxy, proxy.agent("tcp") as alice:
                answer = alice.authenticated("MESSAGE", "sip:carol@chicago.test")
                far.socket.close()
                return answer.code, proxy.words()

    for good in ("URI:sip:far.carrier.test", "URI:sip:FAR.carrier.test,DNS:other.test", "DNS:far.carrier.test", "DNS:*.carrier.test"):
        check(sends(good)[0] == 200, f"a next hop with {good} is far.carrier.test")
    for bad in ("URI:sip:other.test,DNS:far.carrier.test", "URI:sip:x@far.carrier.test", "DNS:x.far.carrier.test"):
        code, words = sends(bad)
        check(code >= 400 and "ostname mismatch" in words, f"one with {bad} is not", f"{code} {words}")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        ours, others = Authority(folder, "ours"), Authority(folder, "others")
        file = folder / "trusted.pem"
        shutil.copy(ours.file, file)
        with server.Proxy(sys.argv[1], "--domain", server.DOMAIN, "--tls-ca", str(file)) as proxy:
            run(names_users, proxy, ours, others)
            run(names_domains, proxy, ours)
            run(resumes, proxy, ours)
            run(reloads, proxy, ours, others, file)
            check(proxy.alive(), "the proxy is alive", proxy.words())
        run(proves_next_hops, ours)
    done()


main()
