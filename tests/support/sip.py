"""A small SIP user agent for tests over real sockets: enough to register, call and answer, and to send what is wrong."""
import hashlib
import os
import re
import secrets
import socket

import websocket


def free_port(kind=socket.SOCK_DGRAM):
    """A port of loopback that nobody holds now."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Message:
    def __init__(self, raw):
        head, _, self.body = raw.partition("\r\n\r\n")
        self.raw = raw
        self.start, *lines = head.split("\r\n")
        self.headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines if ":" in line]

    @property
    def code(self):
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0") else 0

    @property
    def method(self):
        return "" if self.code else self.start.split()[0]

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def get(self, name, default=""):
        return (self.all(name) or [default])[0]


def digest(challenge, user, password, method, uri):
    """The value of an Authorization header that answers one challenge (RFC 7616, qop auth)."""
    fields = dict(re.findall(r'(\w+)="?([^",]*)"?', challenge.split(" ", 1)[1]))
    name = {"SHA-256": "sha256", "SHA-512-256": "sha512_256"}.get(fields.get("algorithm", "MD5"), "md5")

    def h(text):
        return hashlib.new(name, text.encode()).hexdigest()

    cnonce = secrets.token_hex(8)
    ha1 = h(f"{user}:{fields['realm']}:{password}")
    response = h(f"{ha1}:{fields['nonce']}:00000001:{cnonce}:auth:{h(f'{method}:{uri}')}")
    algorithm = f", algorithm={fields['algorithm']}" if "algorithm" in fields else ""
    return (f'Digest username="{user}", realm="{fields["realm"]}", nonce="{fields["nonce"]}", uri="{uri}", '
            f'response="{response}", qop=auth, nc=00000001, cnonce="{cnonce}"{algorithm}')


def connect(server, transport, timeout, context=None):
    """A socket, or a WebSocket that is used like one; over TLS with this context, or one that trusts anybody."""
    if transport in ("ws", "wss"):
        return websocket.WebSocket(server, transport == "wss", timeout=timeout, context=context)
    if transport in ("tcp", "tls"):
        stream = socket.create_connection(server, timeout)
        return (context or websocket.untrusting()).wrap_socket(stream) if transport == "tls" else stream
    v6 = ":" in server[0]
    datagrams = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.settimeout(timeout)
    datagrams.bind(("::1" if v6 else "127.0.0.1", 0))
    datagrams.connect(server)
    return datagrams


class Agent:
    """One user over UDP, TCP, TLS, WS or WSS."""

    def __init__(self, server, user="", domain="", password="", transport="udp", timeout=5, context=None):
        self.socket = connect(server, transport, timeout, context)
        self.transport, self.user, self.domain, self.password = transport, user, domain, password
        self.host, self.port = self.socket.getsockname()[:2]
        if ":" in self.host:
            self.host = f"[{self.host}]"
        if transport in ("ws", "wss"):  # RFC 7118 section 5: a browser does not know its address
            self.host = f"{secrets.token_hex(6)}.invalid"
        self.tag, self.cseq, self.buffer = secrets.token_hex(4), 0, b""
        self.call_id = f"{secrets.token_hex(8)}@test"

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, raw):
        self.socket.sendall(raw if isinstance(raw, bytes) else raw.encode())

    def receive(self):
        """The next message, framed by Content-Length on a stream."""
        if self.transport in ("udp", "ws", "wss"):
            got = self.socket.recv(65535)
            if not got:
                raise ConnectionError("closed")
            return Message(got.decode())
        while b"\r\n\r\n" not in self.buffer:
            self.more()
        head, _, rest = self.buffer.partition(b"\r\n\r\n")
        length = re.search(rb"(?im)^(?:content-length|l)\s*:\s*(\d+)", head)
        size = len(head) + 4 + (int(length[1]) if length else 0)
        while len(self.buffer) < size:
            self.more()
        raw, self.buffer = self.buffer[:size], self.buffer[size:]
        return Message(raw.decode())

    def more(self):
        got = self.socket.recv(65535)
        if not got:
            raise ConnectionError("closed")
        self.buffer += got

    def request(self, method, uri, to=None, headers=(), body="", cseq=None, branch=None, call_id=None):
        """The text of a request of this user."""
        if cseq is None:
            self.cseq += 1
            cseq = self.cseq
        lines = [f"{method} {uri} SIP/2.0",
                 f"Via: {self.via};branch={branch or 'z9hG4bK' + secrets.token_hex(6)}",
                 "Max-Forwards: 70",
                 f"From: <sip:{self.user}@{self.domain}>;tag={self.tag}",
                 f"To: {to or f'<{uri}>'}",
                 f"Call-ID: {call_id or self.call_id}",
                 f"CSeq: {cseq} {method}",
                 *headers,
                 f"Content-Length: {len(body.encode())}", "", body]
        return "\r\n".join(lines)

    @property
    def via(self):
        if self.transport in ("ws", "wss"):
            return f"SIP/2.0/{self.transport.upper()} {self.host}"
        return f"SIP/2.0/{self.transport.upper()} {self.host}:{self.port};rport"

    @property
    def contact(self):
        if self.transport in ("ws", "wss"):
            return f"<sip:{self.user}@{self.host};transport=ws>"
        return f"<sip:{self.user}@{self.host}:{self.port};transport={self.transport}>"

    def final(self):
        """The next response of 200 or more."""
        while True:
            message = self.receive()
            if message.code >= 200:
                return message

    def authenticated(self, method, uri, headers=(), **rest):
        """Sends, answers the challenge, and gives back the final response."""
        self.send(self.request(method, uri, headers=headers, **rest))
        answer = self.final()
        if answer.code not in (401, 407):
            return answer
        name, field = ("Authorization", "WWW-Authenticate") if answer.code == 401 else ("Proxy-Authorization", "Proxy-Authenticate")
        credentials = digest(answer.get(field), self.user, self.password, method, uri)
        self.send(self.request(method, uri, headers=[*headers, f"{name}: {credentials}"], **rest))
        return self.final()

    def answer(self, request, code, reason="", headers=(), body="", tag=None):
        """Sends a response to a request that came."""
        to = request.get("To") + ("" if "tag=" in request.get("To") or code == 100 else f";tag={tag or self.tag}")
        lines = [f"SIP/2.0 {code} {reason or 'So'}", *(f"Via: {via}" for via in request.all("Via")),
                 *(f"Record-Route: {route}" for route in request.all("Record-Route")),
                 f"From: {request.get('From')}", f"To: {to}", f"Call-ID: {request.get('Call-ID')}",
                 f"CSeq: {request.get('CSeq')}", f"Contact: {self.contact}", *headers,
                 f"Content-Length: {len(body.encode())}", "", body]
        self.send("\r\n".join(lines))

    def register(self, expires=600):
        return self.authenticated("REGISTER", f"sip:{self.domain}", to=f"<sip:{self.user}@{self.domain}>",
                                  headers=[f"Contact: {self.contact}", f"Expires: {expires}"])


class Far(Agent):
    """A server elsewhere, over UDP: it answers where the last message came from."""

    def __init__(self, domain, timeout=5, address="127.0.0.1"):
        self.socket = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.socket.settimeout(timeout)
        self.transport, self.user, self.domain, self.peer = "udp", "far", domain, None
        self.host, self.port = (f"[{address}]" if ":" in address else address), self.socket.getsockname()[1]
        self.tag, self.cseq, self.call_id = secrets.token_hex(4), 0, f"{secrets.token_hex(8)}@test"

    def send(self, raw):
        self.socket.sendto(raw.encode(), self.peer)

    def receive(self):
        got, self.peer = self.socket.recvfrom(65535)
        return Message(got.decode())

    def accept(self, request, *headers):
        """A 200 with these headers alone."""
        named = [f"{name}: {value}" for name in ("Via", "From", "To", "Call-ID", "CSeq") for value in request.all(name)]
        self.send("\r\n".join(["SIP/2.0 200 OK", *named, *headers, "Content-Length: 0", "", ""]))


def programs(build):
    """An environment in which the tools of a build folder are found by name."""
    tools = os.path.join(build, "tools")
    folders = [os.path.join(tools, name) for name in os.listdir(tools)]
    return {**os.environ, "PATH": os.pathsep.join([*folders, os.environ["PATH"]])}
