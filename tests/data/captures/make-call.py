#!/usr/bin/env python3
"""make-call.py > call-440hz.pcap: a phone calls a phone; a mu-law tone of 440 Hz goes one way, one of 660 Hz the other,
with the digits 1, 5 and # after it."""
import math
import struct
import sys

A, B = ("192.0.2.10", 5060, 40000), ("192.0.2.20", 5060, 40010)
CLOCK = 1767225600.0


def ulaw(sample):
    """ITU-T G.711, mu-law."""
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), 32635) + 132
    exponent = magnitude.bit_length() - 8
    return ~(sign | exponent << 4 | (magnitude >> (exponent + 3)) & 0x0F) & 0xFF


def udp(src, dst, src_port, dst_port, payload):
    octets = [bytes(map(int, a[0].split("."))) for a in (src, dst)]
    header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 28 + len(payload), 0, 0, 64, 17, 0, *octets)
    return header + struct.pack(">HHHH", src_port, dst_port, 8 + len(payload), 0) + payload


def sdp(who):
    return (f"v=0\r\no=- 1 1 IN IP4 {who[0]}\r\ns=-\r\nc=IN IP4 {who[0]}\r\nt=0 0\r\nm=audio {who[2]} RTP/AVP 0 101\r\n"
            "a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n")


def sip(at, src, dst, start, cseq, branch, body=""):
    lines = [start, f"Via: SIP/2.0/UDP {A[0]};branch=z9hG4bK{branch}", "From: Alice <sip:alice@example.com>;tag=a",
             "To: <sip:bob@example.com>" + ("" if start.startswith("INVITE") else ";tag=b"), "Call-ID: tones@192.0.2.10",
             f"CSeq: {cseq}", "Contact: <sip:%s:%d>" % src[:2], "Max-Forwards: 70"]
    lines += ["Content-Type: application/sdp"] if body else []
    text = "\r\n".join(lines + [f"Content-Length: {len(body)}", "", body])
    return at, udp(src, dst, src[1], dst[1], text.encode())


def rtp(at, src, dst, ssrc, sequence, timestamp, payload, kind=0, marker=0):
    header = struct.pack(">BBHII", 0x80, marker << 7 | kind, sequence, timestamp, ssrc)
    return at, udp(src, dst, src[2], dst[2], header + payload)


def tone(start, src, dst, ssrc, hertz, packets):
    for n in range(packets):
        samples = range(160 * n, 160 * n + 160)
        payload = bytes(ulaw(round(12000 * math.sin(2 * math.pi * hertz * s / 8000))) for s in samples)
        yield rtp(start + n / 50, src, dst, ssrc, 100 + n, 1000 + 160 * n, payload, marker=int(n == 0))


def digits(start, src, dst, ssrc, sequence, timestamp, events):
    for i, event in enumerate(events):
        for n in range(4):
            payload = struct.pack(">BBH", event, (0x80 if n == 3 else 0) | 10, 160 * (n + 1))
            yield rtp(start + i * 0.2 + n / 50, src, dst, ssrc, sequence + 4 * i + n, timestamp + 1600 * i, payload, 101,
                      int(n == 0))


def packets():
    uri = "sip:bob@example.com"
    yield sip(0.00, A, B, f"INVITE {uri} SIP/2.0", "1 INVITE", 1, sdp(A))
    yield sip(0.02, B, A, "SIP/2.0 180 Ringing", "1 INVITE", 1)
    yield sip(0.50, B, A, "SIP/2.0 200 OK", "1 INVITE", 1, sdp(B))
    yield sip(0.51, A, B, f"ACK {uri} SIP/2.0", "1 ACK", 2)
    yield from tone(0.60, A, B, 0x1111, 440, 50)
    yield from tone(0.605, B, A, 0x2222, 660, 50)
    yield from digits(1.61, B, A, 0x2222, 150, 9000, (1, 5, 11))
    yield sip(2.50, A, B, f"BYE {uri} SIP/2.0", "2 BYE", 3)
    yield sip(2.51, B, A, "SIP/2.0 200 OK", "2 BYE", 3)


def main():
    out = sys.stdout.buffer
    out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 101))
    for at, packet in sorted(packets(), key=lambda p: p[0]):
        when = CLOCK + at
        out.write(struct.pack("<IIII", int(when), round(when % 1 * 1e6), len(packet), len(packet)) + packet)


main()
