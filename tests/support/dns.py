"""A DNS server on loopback that knows what a test told it."""
import socket
import struct
import threading

A, SRV = 1, 33


def name(dotted):
    return b"".join(bytes([len(label)]) + label.encode() for label in dotted.split(".")) + b"\0"


class Server:
    def __init__(self):
        self.zone = {}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1@{self.socket.getsockname()[1]}"
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def a(self, host, address):
        self.zone.setdefault((name(host), A), []).append(socket.inet_aton(address))

    def srv(self, service, *places):
        """Places are (priority, port, host)."""
        self.zone[name(service), SRV] = [struct.pack("!HHH", priority, 0, port) + name(host) for priority, port, host in places]

    def serve(self):
        while True:
            query, peer = self.socket.recvfrom(512)
            if len(query) == 1:
                return
            end = query.index(b"\0", 12) + 1
            kind = struct.unpack("!H", query[end:end + 2])[0]
            records = self.zone.get((query[12:end].lower(), kind), [])
            answer = query[:2] + struct.pack("!HHHHH", 0x8580, 1, len(records), 0, 0) + query[12:end + 4]
            for data in records:
                answer += struct.pack("!HHHIH", 0xc00c, kind, 1, 60, len(data)) + data
            self.socket.sendto(answer, peer)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.sendto(b"x", self.socket.getsockname())
        self.thread.join()
        self.socket.close()
