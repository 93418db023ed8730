#!/usr/bin/env python3
"""make-tls12.py CAPTURE KEYS: five TLS 1.2 connections, each of another cipher suite, with two OPTIONS and their answers; and
the key log that opens them. Keys differ from run to run."""
import os
import ssl
import struct
import subprocess
import sys
import tempfile

SUITES = ["ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-CHACHA20-POLY1305", "ECDHE-RSA-AES128-SHA",
          "ECDHE-RSA-AES256-SHA384"]
CLIENT, SERVER = bytes((192, 0, 2, 10)), bytes((192, 0, 2, 20))


class Side:
    """One end: a TLS engine, its address, and where its TCP stands."""

    def __init__(self, context, server, ip, port):
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=server)
        self.ip, self.port, self.sequence = ip, port, 1000

    def segment(self, to, payload, flags=0x18):
        tcp = struct.pack(">HHIIBBHHH", self.port, to.port, self.sequence, to.sequence, 0x50, flags, 65535, 0, 0) + payload
        self.sequence = (self.sequence + len(payload) + (1 if flags & 3 else 0)) & 0xFFFFFFFF
        return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0, self.ip, to.ip) + tcp

    def flush(self, to):
        data = self.outgoing.read()
        to.incoming.write(data)
        return [self.segment(to, data)] if data else []


def message(start, n, call_id):
    return (f"{start}\r\nVia: SIP/2.0/TLS 192.0.2.10;branch=z9hG4bK{call_id}{n}\r\nFrom: <sip:alice@example.com>;tag=a\r\n"
            f"To: <sip:bob@example.com>;tag=b\r\nCall-ID: {call_id}\r\nCSeq: {n} OPTIONS\r\nContent-Length: 0\r\n\r\n").encode()


def connection(server_context, keys, suite, port):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(suite)
    context.keylog_filename = keys
    client, server = Side(context, False, CLIENT, port), Side(server_context, True, SERVER, 5061)
    yield client.segment(server, b"", 0x02)
    yield server.segment(client, b"", 0x12)
    done = set()
    while len(done) < 2:
        for side, peer in ((client, server), (server, client)):
            try:
                side.tls.do_handshake()
                done.add(side)
            except ssl.SSLWantReadError:
                pass
            yield from side.flush(peer)
    for n in (1, 2):
        client.tls.write(message("OPTIONS sip:bob@example.com SIP/2.0", n, suite))
        yield from client.flush(server)
        server.tls.write(message("SIP/2.0 200 OK", n, suite))
        yield from server.flush(client)


def server_side(folder):
    pem = os.path.join(folder, "pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", pem + "k", "-out", pem, "-subj", "/CN=x"],
                   check=True, stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, pem + "k")
    context.set_ciphers(":".join(SUITES))
    return context


def main():
    at = 0
    if os.path.exists(sys.argv[2]):
        os.remove(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder, open(sys.argv[1], "wb") as out:
        context = server_side(folder)
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 101))
        for i, suite in enumerate(SUITES):
            for packet in connection(context, sys.argv[2], suite, 40000 + i):
                at += 10000
                out.write(struct.pack("<IIII", 1767225600 + at // 1000000, at % 1000000, len(packet), len(packet)) + packet)


main()
