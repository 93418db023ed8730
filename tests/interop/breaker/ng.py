"""An ng client as SIP servers are: bencode with a cookie over UDP, TCP and Unix sockets. For tests."""
import os
import socket
import uuid


def bencode(value):
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes):
        return b"%d:%s" % (len(value), value)
    if isinstance(value, list):
        return b"l" + b"".join(map(bencode, value)) + b"e"
    return b"d" + b"".join(bencode(k) + bencode(v) for k, v in value.items()) + b"e"


def bdecode(data):
    value, end = _decode(data, 0)
    assert end == len(data), data[end:]
    return value


def _decode(data, i):
    kind = data[i:i + 1]
    if kind == b"i":
        end = data.index(b"e", i)
        return int(data[i + 1:end]), end + 1
    if kind in (b"l", b"d"):
        items, i = [], i + 1
        while data[i:i + 1] != b"e":
            item, i = _decode(data, i)
            items.append(item)
        return (items if kind == b"l" else dict(zip(items[::2], items[1::2]))), i + 1
    colon = data.index(b":", i)
    length = int(data[i:colon])
    end = colon + 1 + length
    return data[colon + 1:end].decode(), end


class Client:
    """One socket; `ask` sends a command and gives the answer's dictionary."""

    def __init__(self, sock, stream=False, cookies=True):
        self.sock, self.stream, self.cookies = sock, stream, cookies
        sock.settimeout(3)

    @classmethod
    def udp(cls, port):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.connect(("127.0.0.1", port))
        return cls(sock)

    @classmethod
    def tcp(cls, port):
        return cls(socket.create_connection(("127.0.0.1", port)), stream=True)

    @classmethod
    def unix(cls, path, cookies=True):
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.connect(path)
        return cls(sock, stream=True, cookies=cookies)

    @classmethod
    def unixgram(cls, path, own):
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        sock.bind(own)
        sock.connect(path)
        return cls(sock)

    def raw(self, message):
        self.sock.send(message)
        answer = self.sock.recv(262144)
        while self.stream:
            try:
                bdecode(answer.partition(b" ")[2] if self.cookies else answer)
                break
            except (ValueError, AssertionError):
                answer += self.sock.recv(262144)
        return answer

    def ask(self, command, **keys):
        message = bencode({"command": command, **{k.replace("_", "-"): v for k, v in keys.items()}})
        if not self.cookies:
            return bdecode(self.raw(message))
        cookie = f"{os.getpid()}_{uuid.uuid4().hex[:8]}".encode()
        answer = self.raw(cookie + b" " + message)
        assert answer.startswith(cookie + b" "), answer
        return bdecode(answer[len(cookie) + 1:])
