#!/usr/bin/env python3
"""A call in a capture becomes sound: siptrace extract call.pcap --call 1 --stream 1 | mediacodec decode -o call.wav. TAP."""
import array
import math
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import wave

BUILD = pathlib.Path(sys.argv[1])
MEDIACODEC = BUILD / "tools/mediacodec/mediacodec"
SIPTRACE = BUILD / "tools/siptrace/siptrace"

SDP = ("v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\nm=audio {port} RTP/AVP {pts}\r\n{maps}a=sendrecv\r\n")
HEAD = ("Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK{branch}\r\nFrom: <sip:alice@example.org>;tag=a\r\n"
        "To: <sip:bob@example.org>{to}\r\nCall-ID: pipe@192.0.2.1\r\nCSeq: {cseq}\r\nContact: <sip:x@{contact}>\r\n")


def message(start, branch, cseq, to="", contact="192.0.2.1", sdp=""):
    head = start + "\r\n" + HEAD.format(branch=branch, cseq=cseq, to=to, contact=contact)
    if sdp:
        head += "Content-Type: application/sdp\r\n"
    return (head + f"Content-Length: {len(sdp)}\r\n\r\n{sdp}").encode()


def ip(dotted):
    return bytes(map(int, dotted.split(".")))


def datagram(src, sport, dst, dport, payload):
    """An Ethernet frame; checksums of 0 and none."""
    udp = struct.pack(">HHHH", sport, dport, 8 + len(payload), 0) + payload
    header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, ip(src), ip(dst))
    words = struct.unpack(">10H", header)
    total = sum(words)
    total = (total & 0xffff) + (total >> 16)
    header = header[:10] + struct.pack(">H", ~(total + (total >> 16)) & 0xffff) + header[12:]
    return b"\0" * 12 + b"\x08\0" + header + udp


def capture(packets, pts, maps):
    """A pcap of a call from 192.0.2.1 to .2, with `packets` sent by the caller from port 4000 to 5000."""
    offer = SDP.format(ip="192.0.2.1", port=4000, pts=pts, maps=maps)
    answer = SDP.format(ip="192.0.2.2", port=5000, pts=pts, maps=maps)
    sip = [(0.0, True, message("INVITE sip:bob@example.org SIP/2.0", "1", "1 INVITE", sdp=offer)),
           (0.1, False, message("SIP/2.0 200 OK", "1", "1 INVITE", ";tag=b", "192.0.2.2", answer)),
           (0.2, True, message("ACK sip:x@192.0.2.2 SIP/2.0", "2", "1 ACK", ";tag=b"))]
    records = [(t, datagram(*(("192.0.2.1", 5060, "192.0.2.2", 5060) if out else ("192.0.2.2", 5060, "192.0.2.1", 5060)), m))
               for t, out, m in sip]
    records += [(0.3 + 0.02 * n, datagram("192.0.2.1", 4000, "192.0.2.2", 5000, p)) for n, p in enumerate(packets)]
    out = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)
    for t, frame in records:
        out += struct.pack("<IIII", 1795416131 + int(t), int(t % 1 * 1e6), len(frame), len(frame)) + frame
    return out


def encoded(codec, scratch):
    path = os.path.join(scratch, "tone.wav")
    with wave.open(path, "wb") as w:
        w.setnchannels(1)
        w.setsampwidth(2)
        w.setframerate(8000)
        w.writeframes(array.array("h", (round(8000 * math.sin(2 * math.pi * n / 8)) for n in range(16000))).tobytes())
    stream = subprocess.run([MEDIACODEC, "encode", "-c", codec, "--bare", path], capture_output=True, check=True).stdout
    packets, at = [], 0
    while at < len(stream):
        length = struct.unpack_from(">H", stream, at)[0]
        packets.append(stream[at + 2:at + 2 + length])
        at += 2 + length
    return packets


def share_of_tone(samples, rate):
    """The share of the power that 1000 Hz has (Goertzel), 1 for that tone alone."""
    turn = 2 * math.pi * 1000 / rate
    a = sum(x * math.sin(turn * n) for n, x in enumerate(samples))
    b = sum(x * math.cos(turn * n) for n, x in enumerate(samples))
    return 2 * (a * a + b * b) / len(samples) / max(1, sum(x * x for x in samples))


failures = 0
print("1..2")
with tempfile.TemporaryDirectory() as scratch:
    for number, (codec, pts, maps) in enumerate((("pcma", "8", ""), ("111=opus", "111", "a=rtpmap:111 opus/48000/2\r\n")), 1):
        pcap, out = os.path.join(scratch, "call.pcap"), os.path.join(scratch, "call.wav")
        pathlib.Path(pcap).write_bytes(capture(encoded(codec, scratch), pts, maps))
        line = f"'{SIPTRACE}' extract '{pcap}' --call 1 --stream 1 | '{MEDIACODEC}' decode -o '{out}'"
        done = subprocess.run(line, shell=True, capture_output=True, text=True, timeout=60)
        share, seconds = 0, 0
        if os.path.exists(out):
            with wave.open(out) as w:
                rate, seconds = w.getframerate(), w.getnframes() / w.getframerate()
                share = share_of_tone(array.array("h", w.readframes(w.getnframes()))[rate // 5:], rate)
        good = done.returncode == 0 and share > 0.95 and seconds == 2
        failures += not good
        print(f"{'ok' if good else 'not ok'} {number} - a {codec} call in a capture becomes its sound")
        if not good:
            print(f"# exit {done.returncode}, {seconds} s, share {share:.2f}\n# " + done.stderr.replace("\n", "\n# "))
sys.exit(failures > 0)
