"""The client's side of a WebSocket (RFC 6455), small and frank: it can also be made to break the rules."""
import base64
import os
import socket
import ssl
import struct


class WebSocket:
    """`sendall` sends one message, `recv` gives the next one's payload; b"" when the server has closed."""

    def __init__(self, server, secure=False, protocol="sip", origin=None, timeout=5, headers=(), context=None):
        self.socket = socket.create_connection(server, timeout)
        if secure:
            self.socket = (context or untrusting()).wrap_socket(self.socket, server_hostname="localhost")
        lines = ["GET / HTTP/1.1", f"Host: {server[0]}:{server[1]}", "Upgrade: websocket", "Connection: Upgrade",
                 "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}", *headers]
        lines += [f"Sec-WebSocket-Protocol: {protocol}"] if protocol else []
        lines += [f"Origin: {origin}"] if origin else []
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            got = self.socket.recv(65536)
            if not got:
                break
            self.buffer += got
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        self.head = head.decode()
        self.code = int(self.head.split()[1]) if self.head else 0
        self.close_code = self.opcode = None

    def settimeout(self, seconds):
        self.socket.settimeout(seconds)

    def getsockname(self):
        return self.socket.getsockname()

    def close(self):
        self.socket.close()

    def frame(self, data, opcode=1, fin=True, masked=True, rsv=0):
        """Sends one frame as told."""
        head = struct.pack("!B", (0x80 if fin else 0) | rsv << 4 | opcode)
        bit = 0x80 if masked else 0
        if len(data) < 126:
            head += struct.pack("!B", bit | len(data))
        elif len(data) < 65536:
            head += struct.pack("!BH", bit | 126, len(data))
        else:
            head += struct.pack("!BQ", bit | 127, len(data))
        if masked:
            mask = os.urandom(4)
            data = mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data))
        self.socket.sendall(head + data)

    def sendall(self, data):
        self.frame(data)

    def take(self, count):
        while len(self.buffer) < count:
            got = self.socket.recv(65536)
            if not got:
                raise ConnectionError("closed")
            self.buffer += got
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def recv(self, _=65536):
        """The next data message; pings are answered, a close is remembered."""
        while True:
            try:
                first, second = self.take(2)
            except (ConnectionError, OSError) as error:
                if isinstance(error, TimeoutError):
                    raise
                return b""
            length = second & 0x7f
            if length >= 126:
                length = int.from_bytes(self.take(2 if length == 126 else 8), "big")
            data = self.take(length)
            opcode = first & 0x0f
            if opcode == 8:
                self.close_code = int.from_bytes(data[:2], "big") if len(data) >= 2 else 0
                return b""
            if opcode == 9:
                self.frame(data, 10)
            elif opcode in (1, 2):
                self.opcode = opcode
                return data


def untrusting():
    """TLS that takes the self-made certificate of a test."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
