#!/usr/bin/env python3
"""mediacodec as a filter: what comes out of its pipes, what it says, how it ends. TAP."""
import array
import json
import math
import os
import pathlib
import resource
import struct
import subprocess
import sys
import tempfile
import wave

PROGRAM = sys.argv[1]
SANITIZED = sys.argv[2:] not in ([], ["none"])
number = failures = 0


def check(ok, what, detail=""):
    global number, failures
    number += 1
    failures += not ok
    print(f"{'ok' if ok else 'not ok'} {number} - {what}", flush=True)
    if not ok and detail:
        print("\n".join("# " + line for line in str(detail).splitlines()[-20:]), flush=True)


def run(*args, data=b"", stdin=None):
    return subprocess.run([PROGRAM, *args], capture_output=True, timeout=60, **({"stdin": stdin} if stdin else {"input": data}))


def ok(*args, data=b""):
    done = run(*args, data=data)
    if done.returncode != 0:
        raise RuntimeError(f"{args}: exit {done.returncode}: {done.stderr.decode()}")
    return done.stdout


def tone(hertz, seconds, rate=8000):
    return array.array("h", (round(8000 * math.sin(2 * math.pi * hertz * n / rate)) for n in range(int(rate * seconds))))


def wav(samples, rate=8000, path=None):
    path = path or os.path.join(scratch, "tone.wav")
    with wave.open(path, "wb") as w:
        w.setnchannels(1)
        w.setsampwidth(2)
        w.setframerate(rate)
        w.writeframes(samples.tobytes())
    return pathlib.Path(path).read_bytes()


def samples(data):
    """Of a WAV as it goes into a pipe: (rate, samples of the first channel)."""
    channels, rate = struct.unpack_from("<HI", data, 22)
    return rate, array.array("h", data[44:44 + (len(data) - 44) // 2 * 2])[::channels]


def snr(sound, rate, hertz):
    """Power of the best-fitting tone over that of all else, in dB, without the first and last fifth of a second."""
    cut = rate // 5
    x = sound[cut:-cut]
    turn = 2 * math.pi * hertz / rate
    s = [math.sin(turn * n) for n in range(len(x))]
    c = [math.cos(turn * n) for n in range(len(x))]
    a = 2 / len(x) * sum(p * q for p, q in zip(x, s))
    b = 2 / len(x) * sum(p * q for p, q in zip(x, c))
    rest = sum((p - a * q - b * r) ** 2 for p, q, r in zip(x, s, c))
    return 10 * math.log10(max(len(x) * (a * a + b * b) / 2, 1e-9) / max(rest, 1e-9))


def frames(stream):
    """(first line or none, packets) of a framed stream."""
    line = b""
    if stream.startswith(b"#!rtp "):
        line, stream = stream.split(b"\n", 1)
    packets, at = [], 0
    while at < len(stream):
        length = struct.unpack_from(">H", stream, at)[0]
        packets.append(stream[at + 2:at + 2 + length])
        at += 2 + length
    return line.decode(), packets


def framed(packets, line=""):
    head = (line + "\n").encode() if line else b""
    return head + b"".join(struct.pack(">H", len(p)) + p for p in packets)


def rtp(payload_type, sequence, timestamp, payload, ssrc=7, marker=False):
    return struct.pack(">BBHII", 0x80, payload_type | marker << 7, sequence & 0xffff, timestamp & 0xffffffff, ssrc) + payload


def round_trips():
    sound = wav(tone(1000, 2))
    for codec, least in (("pcma", 30), ("pcmu", 30), ("l16", 60), ("opus", 15), ("opus/48000/2;ptime=60", 15)):
        line, packets = frames(ok("encode", "-c", codec, data=sound))
        rate, heard = samples(ok("decode", data=framed(packets, line)))
        check(snr(heard, rate, 1000) > least and 2 * rate <= len(heard) < 2.06 * rate,
              f"1000 Hz through {codec} is 1000 Hz", f"{snr(heard, rate, 1000):.1f} dB, {len(heard) / rate} s, {line}")
    for there, back in (("opus", "pcma"), ("pcma", "opus"), ("l16/16000", "pcmu")):
        stream = ok("transcode", "--to", back, data=ok("encode", "-c", there, data=sound))
        rate, heard = samples(ok("decode", data=stream))
        check(snr(heard, rate, 1000) > 14, f"1000 Hz from {there} to {back} is 1000 Hz", f"{snr(heard, rate, 1000):.1f} dB")
    rate, heard = samples(ok("decode", data=ok("encode", "-c", "pcma", data=wav(tone(440, 2, 48000), 48000))))
    check(rate == 8000 and snr(heard, rate, 440) > 30, "a WAV of 48 kHz is resampled for PCMA", snr(heard, rate, 440))


def available():
    """The codecs that this build both encodes and decodes."""
    return {r["name"] for r in map(json.loads, ok("list", "--json").splitlines()) if r["encode"] and r["decode"]}


def libraries():
    here = available()
    sound = wav(tone(300, 2))
    for codec, least in (("g722", 25), ("g726-32", 15), ("g729", 5), ("gsm", 10), ("speex", 5), ("amr", 8), ("amr;octet-align=1", 8), ("amr-wb", 8)):
        if codec.split(";")[0] not in here:
            continue
        line, packets = frames(ok("encode", "-c", codec, data=sound))
        rate, heard = samples(ok("decode", data=framed(packets, line)))
        check(snr(heard, rate, 300) > least and abs(len(heard) - 2 * rate) < 0.06 * rate,
              f"300 Hz through {codec} is 300 Hz", f"{snr(heard, rate, 300):.1f} dB, {len(heard) / rate} s, {line}")
        rate, heard = samples(ok("decode", data=ok("transcode", "--to", "opus", data=framed(packets, line))))
        check(snr(heard, rate, 300) > 5, f"and from {codec} to opus too", f"{snr(heard, rate, 300):.1f} dB")
    missing = [r for r in map(json.loads, ok("list", "--json").splitlines()) if r["kind"] == "audio" and not r["decode"]]
    check(all(r["library"].startswith("missing: ") for r in missing), "a codec without its library is listed as missing", missing)
    check(b"Licence: " in ok("--version"), "--version tells the licence")


def infos():
    _, packets = frames(ok("encode", "-c", "pcma", "--ssrc", "7", data=wav(tone(1000, 2))))
    second = [p[:8] + struct.pack(">I", 99) + p[12:] for p in packets[:50]]
    lossy = [p for n, p in enumerate(packets) if n % 10 != 5]
    lossy[20], lossy[21] = lossy[21], lossy[20]
    rows = [json.loads(line) for line in ok("info", "--json", data=framed(lossy + second)).splitlines()]
    check([(r["n"], r["ssrc"], r["codec"]) for r in rows] == [(1, 7, "8=pcma/8000"), (2, 99, "8=pcma/8000")], "info has a row for each source", rows)
    check([r["packets"] for r in rows] == [90, 50] and [r["lost"] for r in rows] == [10, 0], "with what came and what did not", rows)
    check([r["duration"] for r in rows] == [2, 1] and rows[0]["loss_pct"] == 10 and rows[0]["reordered"] == 1, "how long it is", rows)
    check(62 < rows[1]["kbit_s"] < 66, "and how wide", rows)
    done = run("info", data=framed([rtp(97, n, 160 * n, b"x") for n in range(9)]))
    check(done.returncode == 0 and b"97 of" not in done.stdout and b"\t97\t9\t" in done.stdout and b"no known codec" in done.stderr,
          "a source of an unknown codec has its packets", done)
    check(run("info", data=b"neither" * 99).returncode == 65, "no RTP: 65")


def formats():
    sound = wav(tone(1000, 1))
    one, two = (ok("encode", "-c", "pcma", "--ssrc", "5", data=sound) for _ in range(2))
    check(one == two, "the same input gives the same output")
    line, packets = frames(one)
    check(line == "#!rtp 8=pcma/8000" and len(packets) == 50, "the stream names its codec", line)
    bare = ok("encode", "-c", "pcma", "--ssrc", "5", "--bare", data=sound)
    check(bare == framed(packets), "--bare leaves the line out")
    dump = ok("encode", "-c", "pcma", "--ssrc", "5", "--format", "rtpdump", data=sound)
    check(dump.startswith(b"#!rtpplay1.0 ") and ok("decode", data=dump) == ok("decode", data=one), "rtpdump is told by its first bytes")
    check(ok("transcode", "--to", "pcmu", data=dump).startswith(b"#!rtpplay1.0 "), "transcode writes the format it reads")
    check(run("decode", "--format", "rtpdump", data=one).returncode == 65, "--format forces the format")
    line, packets = frames(ok("encode", "-c", "100=opus", "--bare", data=sound))
    check(packets[0][1] & 0x7f == 100, "a payload type can be chosen")
    check(len(ok("decode", "-c", "opus", data=framed(packets))) > 96000, "-c names what the stream does not")
    check(len(ok("decode", "-c", "100=opus", data=framed(packets))) > 96000, "-c PT=CODEC names one payload type")
    path = os.path.join(scratch, "out.wav")
    ok("decode", "-o", path, data=one)
    with wave.open(path) as w:
        check(w.getnframes() == 8000 and w.getframerate() == 8000, "a WAV file says its length", w.getnframes())


def ogg():
    sound = wav(tone(1000, 2))
    path = os.path.join(scratch, "a.opus")
    ok("encode", "-c", "opus", "-o", path, data=sound)
    data = pathlib.Path(path).read_bytes()
    check(data.startswith(b"OggS") and b"OpusHead" in data[:100] and b"OpusTags" in data[:200], "a file named .opus is Ogg Opus")
    rate, heard = samples(ok("decode", data=data))
    check(rate == 48000 and abs(len(heard) - 96000) <= 960 and snr(heard, rate, 1000) > 15, "which decodes", f"{len(heard)} {snr(heard, rate, 1000):.1f} dB")
    line, packets = frames(ok("transcode", "--to", "pcma", path))
    rate, heard = samples(ok("decode", data=framed(packets, line)))
    check(snr(heard, rate, 1000) > 14 and len(packets) == 100, "and is transcoded to PCMA", f"{len(packets)} {snr(heard, rate, 1000):.1f} dB")
    row = json.loads(ok("info", "--json", data=data))
    check(row["codec"] == "111=opus/48000/2" and row["packets"] == 100 and abs(row["duration"] - 2) < 0.03, "info reads it", row)
    check(run("encode", "-c", "pcma", "--format", "ogg", data=sound).returncode == 2, "Ogg of another codec: 2")
    broken = bytearray(ok("encode", "-c", "opus", "--format", "ogg", data=wav(tone(1000, 4))))
    broken[len(broken) // 2] ^= 1
    done = run("decode", data=bytes(broken))
    check(done.returncode == 0 and b"octets of the Ogg stream were damaged" in done.stderr and b"lost" in done.stderr and
          len(samples(done.stdout)[1]) > 40000, "a damaged page is lost, and it is said", done.stderr)
    check(run("decode", data=data[:3]).returncode == 65, "the beginning of Ogg alone: 65")
    lossy = frames(ok("encode", "-c", "opus", data=sound))
    gap = framed([p for n, p in enumerate(lossy[1]) if n % 20 != 10], lossy[0])
    ogged = ok("transcode", "--to", "opus", "--format", "ogg", data=gap)
    check(abs(len(samples(ok("decode", data=ogged))[1]) - 96000) <= 1920, "time is kept where packets were lost")


WIDTH, HEIGHT = 128, 96  # which H.263 has too


def picture(n):
    """The nth of moving pictures, as the three planes of a Y4M."""
    luma = bytearray(WIDTH * HEIGHT)
    for y in range(HEIGHT):
        row = bytes(220 if (x - 2 * n) % WIDTH < 24 and 20 < y < 50 else 40 + x for x in range(WIDTH))
        luma[y * WIDTH:(y + 1) * WIDTH] = row
    colour = WIDTH // 2 * (HEIGHT // 2)
    return bytes(luma) + bytes([110]) * colour + bytes([150]) * colour


def y4m(count, rate="15:1"):
    return f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{rate}\n".encode() + b"".join(b"FRAME\n" + picture(n) for n in range(count))


def pictures(data):
    """(header, pictures) of a Y4M."""
    header, data = data.split(b"\n", 1)
    width, height = (int(next(w[1:] for w in header.split() if w[:1] == side)) for side in (b"W", b"H"))
    size = width * height + 2 * (-(-width // 2) * -(-height // 2))
    return header.decode(), [data[at + 6:at + 6 + size] for at in range(0, len(data), 6 + size)]


def psnr(one, other):
    return 10 * math.log10(255 ** 2 * len(one) / max(sum((a - b) ** 2 for a, b in zip(one, other)), 1e-9)) if len(one) == len(other) else 0


def video():
    here = available()
    for codec in ("vp8", "h264", "h263", "h263+"):
        if codec not in here:
            continue
        line, packets = frames(ok("encode", "-c", codec, "--ssrc", "7", data=y4m(30)))
        times = sorted({struct.unpack_from(">I", p, 4)[0] for p in packets})
        check(line.startswith(f"#!rtp {34 if codec == 'h263' else 96}={codec}/90000") and times == list(range(0, 180000, 6000)) and max(map(len, packets)) <= 1200,
              f"pictures become RTP of {codec}", f"{line} {times}")
        ends = [p[1] >> 7 for p in packets]
        last = [n + 1 == len(packets) or packets[n + 1][4:8] != p[4:8] for n, p in enumerate(packets)]
        check(ends == list(map(int, last)), "the last packet of each has the marker", f"{ends} {last}")
        header, out = pictures(ok("decode", data=framed(packets, line)))
        worst = min(psnr(picture(n), p) for n, p in enumerate(out))
        check("F90000:6000 " in header and len(out) == 30 and worst > 30, f"and RTP of {codec} pictures", f"{header} {len(out)} {worst:.1f} dB")
        order = packets[:]
        order[8], order[10] = order[10], order[8]
        check(ok("decode", data=framed(order, line)) == ok("decode", data=framed(packets, line)), "packets that overtook each other are put in order")
        lossy = [p for n, p in enumerate(packets) if struct.unpack_from(">I", p, 4)[0] != 60000]
        done = run("decode", data=framed(lossy, line))
        check(done.returncode == 0 and len(pictures(done.stdout)[1]) == 30 and b"lost" in done.stderr, "a lost picture leaves time as it was", done.stderr)
        row, = map(json.loads, ok("info", "--json", data=framed(packets, line)).splitlines())
        check(row["pictures"] == 30 and row["size"] == f"{WIDTH}x{HEIGHT}" and row["duration"] == 2, "info counts and measures them", row)
        _, out = pictures(ok("decode", data=ok("transcode", "--to", f"{codec};size=176x144", data=framed(packets, line))))
        check(len(out) == 30 and len(out[0]) == 176 * 144 * 3 // 2, "they are scaled where it is asked")
        broken = [p[:14] + bytes(len(p) - 14) if n % 7 == 3 else p for n, p in enumerate(packets)]
        done = run("decode", data=framed(broken, line))
        check(done.returncode in (0, 65), "damaged payloads are lived through", done.stderr)
    if "vp8" in here:
        stream = ok("encode", "-c", "vp8", "--ssrc", "7", data=y4m(30))
        ivf = ok("transcode", "--to", "vp8", "--format", "ivf", data=stream)
        check(ivf[:4] == b"DKIF" and ivf[8:16] == b"VP80" + struct.pack("<HH", WIDTH, HEIGHT), "IVF is written", ivf[:32])
        named = os.path.join(scratch, "pictures.ivf")
        ok("transcode", "--to", "vp8", "-o", named, data=stream)
        written = pathlib.Path(named).read_bytes()
        check(written[24:28] == struct.pack("<I", 30) and written[32:] == ivf[32:], "by its name too, with its length", written[:32])
        check(ok("transcode", "--to", "vp8", "--ssrc", "7", data=ivf) == stream, "and read: the same RTP comes out")
        check(ok("decode", data=ivf) == ok("decode", data=stream), "and the same pictures")
        done = run("decode", data=ivf[:-9])
        check(done.returncode == 0 and b"ends early" in done.stderr, "a cut IVF is decoded to its end", done.stderr)
    if "h264" in here:
        stream = ok("encode", "-c", "h264;packetization-mode=1", "--ssrc", "7", data=y4m(30, "30:1"))
        plain = ok("transcode", "--to", "h264", "--format", "annexb", data=stream)
        check(plain[:5] == b"\0\0\0\1\x67", "Annex B is written", plain[:32])
        check(ok("transcode", "--to", "h264;packetization-mode=1", "--ssrc", "7", data=plain) == stream, "and read: the same RTP comes out")
        check(run("transcode", "--to", "h264", "--format", "ivf", data=stream).returncode == 2, "H.264 in IVF: 2")
    check(run("encode", "-c", "vp8", data=b"YUV4MPEG2 W16\n").returncode in (2, 65), "no Y4M: 65")
    check(run("encode", "-c", "vp8;size=3x3", data=y4m(1)).returncode == 2, "a size that is none: 2")
    check(run("encode", "-c", "pcma", "--format", "ivf", data=wav(tone(1000, 1))).returncode == 2, "sound in IVF: 2")
    check(run("transcode", "--to", "vp8", data=ok("encode", "-c", "pcma", data=wav(tone(1000, 1)))).returncode == 2, "sound to pictures: 2")


def damage():
    _, packets = frames(ok("encode", "-c", "pcma", data=wav(tone(1000, 3))))
    lossy = [p for n, p in enumerate(packets) if n % 15 != 10]
    for n in range(3, len(lossy) - 1, 20):
        lossy[n], lossy[n + 1] = lossy[n + 1], lossy[n]
    lossy.insert(40, lossy[39])
    done = run("decode", data=framed(lossy))
    rate, heard = samples(done.stdout)
    check(len(heard) == 3 * rate and snr(heard, rate, 1000) > 20, "loss is concealed, order restored, copies dropped",
          f"{len(heard)} {snr(heard, rate, 1000):.1f} dB")
    check(b"10 packets lost, 200 ms concealed" in done.stderr and b"1 late or twice" in done.stderr, "and it is said", done.stderr.decode())
    check(b"at 0.200 s: 1 lost, 20 ms concealed" in run("decode", "-v", data=framed(lossy)).stderr, "with -v each gap")

    sdes = bytes.fromhex("81ca0003000000010104757365720000")
    mixed = [p for packet in packets for p in (packet, sdes)]
    check(ok("decode", data=framed(mixed)) == ok("decode", data=framed(packets)), "RTCP in between is passed over")

    second = [p[:8] + struct.pack(">I", 99) + p[12:] for p in packets]
    _, heard = samples(ok("decode", data=framed(packets + second)))
    check(len(heard) == 6 * 8000 and snr(heard, 8000, 1000) > 20, "a changed SSRC begins a new stream", len(heard))

    done = run("decode", data=framed(packets + second[:1]))
    check(len(samples(done.stdout)[1]) == 3 * 8000 + 160 and done.stderr == b"", "even one packet of it at the end", done.stderr)
    wild = packets[70][:2] + struct.pack(">H", 40000) + packets[70][4:]
    done = run("decode", data=framed([*packets[:70], wild, *packets[71:]]))
    check(b"1 numbered far from the others" in done.stderr and b"another source" not in done.stderr, "a wild number is told as one", done.stderr)

    later = [p[:4] + struct.pack(">I", struct.unpack_from(">I", p, 4)[0] + 8000) + p[8:] if n >= 50 else p for n, p in enumerate(packets)]
    check(len(samples(ok("decode", data=framed(later)))[1]) == 4 * 8000, "a pause of a second lasts a second")

    cut = framed(packets)[:-100]
    done = run("decode", data=cut)
    check(done.returncode == 0 and b"the last frame ends early (at offset" in done.stderr, "a cut stream is decoded to its end", done.stderr)
    check(run("decode", data=b"").returncode == 65, "nothing in, nothing decoded: 65")
    done = run("decode", data=b"This is a text, not RTP. " * 1000)
    check(done.returncode == 65 and done.stderr.count(b"\n") <= 2, "garbage: 65, in a line or two", done.stderr.decode())
    done = run("decode", data=framed([rtp(97, n, 160 * n, b"x") for n in range(9)]))
    check(done.returncode == 65 and b"payload type 97 is of no known codec" in done.stderr, "an unknown payload type is named", done.stderr)
    broken = [p if n % 2 else p[:12] + b"\xff" for n, p in enumerate(frames(ok("encode", "-c", "opus", data=wav(tone(1000, 1))))[1])]
    done = run("decode", "-c", "opus", data=framed(broken))
    check(done.returncode == 0 and b"25 with a damaged payload" in done.stderr, "half of the payloads damaged: the others are decoded", done.stderr)
    done = run("encode", "-c", "pcma", data=wav(tone(1000, 1))[:-4000])
    check(done.returncode == 0 and b"ends early" in done.stderr and len(frames(done.stdout)[1]) == 38, "a cut WAV is encoded to its end", done.stderr)
    check(run("encode", "-c", "pcma", data=b"OggS" * 100).returncode == 65, "what is no WAV: 65")
    own = pathlib.Path(scratch, "own.rtp")
    own.write_bytes(framed(packets))
    done = [run("decode", str(own), "-o", str(own)), run("transcode", "--to", "pcmu", "-o", str(own), data=b"", stdin=open(own, "rb")),
            run("decode", str(own), "-o", os.path.join(scratch, "absent/../own.rtp"))]
    check(all(d.returncode in (2, 73) for d in done) and own.read_bytes() == framed(packets), "no input is overwritten by its own output", done)
    done = run("decode", "-c", "opus", data=framed(packets, "#!rtp 8=pcma/8000"))
    check(done.returncode == 0 and b"opus" in done.stderr and b"no payload type" in done.stderr, "a codec that stands for nothing is told", done.stderr)
    for data in (b"", b"neither RTP nor WAV" * 99):
        done = run("decode", "-c", "pcma", data=data)
        check(done.returncode == 65 and b"no RTP in the input" in done.stderr and b"payload type" not in done.stderr,
              "input without RTP is told as that", done.stderr)
    old = pathlib.Path(scratch, "old")
    old.write_text("old")
    for args in (("decode",), ("encode", "-c", "pcma"), ("transcode", "--to", "pcma")):
        run(*args, "-o", str(old), data=b"neither RTP nor WAV" * 99)
    check(old.read_text() == "old", "input of no use leaves an older file alone")


def events():
    sound = frames(ok("encode", "-c", "opus", "--ssrc", "7", data=wav(tone(1000, 1))))[1]
    event = [rtp(110, 50 + n, 48000, bytes([5, 10 | (n == 3) << 7]) + struct.pack(">H", 960 * (n + 1)), marker=n == 0) for n in range(4)]
    stream = framed(sound + event, "#!rtp 110=telephone-event/48000 111=opus/48000/2")
    line, packets = frames(ok("transcode", "--to", "pcma;ptime=20", data=stream))
    check(line == "#!rtp 8=pcma/8000;ptime=20 110=telephone-event/8000", "events are announced on the new clock", line)
    last = packets[-1]
    check(last[1] & 0x7f == 110 and last[12:] == bytes([5, 0x8a]) + struct.pack(">H", 640), "and pass with their duration on it", last.hex())
    check([struct.unpack_from(">H", p, 2)[0] for p in packets] == list(range(54)), "in one row of sequence numbers")


def ends():
    check(run("decode", "--nonsense").returncode == 2, "an unknown option: 2")
    check(run("encode", "-c", "evs", data=b"").returncode == 2, "an unknown codec: 2")
    check(run("encode", "-c", "opus;ptime=30", data=wav(tone(1000, 1))).returncode == 2, "a ptime that Opus lacks: 2")
    check(run("encode", data=b"").returncode == 2 and run("transcode", data=b"").returncode == 2, "no codec to make: 2")
    check(b"--to is missing" in run("transcode", "--from", "pcmu", data=b"").stderr, "and it is said")
    check(run("decode", os.path.join(scratch, "absent")).returncode == 74, "no such file: 74")
    check(run("decode", "-o", os.path.join(scratch, "absent/out.wav"), data=ok("encode", "-c", "pcma", data=wav(tone(1000, 1)))).returncode == 73, "no such folder: 73")
    check(run("worker").returncode == 2, "worker without its socket: 2")
    with open("/dev/full", "wb") as full:
        done = subprocess.run([PROGRAM, "encode", "-c", "pcma"], input=wav(tone(1000, 1)), stdout=full, stderr=subprocess.PIPE)
    check(done.returncode == 74 and b"No space left" in done.stderr, "a full disk: 74, and it is said", done.stderr)
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([PROGRAM, "encode", "-c", "pcma"], input=wav(tone(1000, 1)), stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    check(done.returncode == 0 and done.stderr == b"", "a closed pipe ends it quietly", done.stderr)
    rows = [json.loads(line) for line in ok("list", "--json").splitlines()]
    check({"name", "kind", "clock_rate", "channels", "encode", "decode", "library"} == set(rows[0]) and
          {r["name"] for r in rows} >= {"opus", "pcmu", "pcma", "l16", "telephone-event"}, "list --json has the keys of its page", rows)
    check(ok("list").decode().splitlines()[0].count("\t") == 6, "list in a pipe is tab-separated")


def length_and_memory():
    """An hour of sound through three filters, each in 64 MiB of memory."""

    def limit():
        if not SANITIZED:
            resource.setrlimit(resource.RLIMIT_DATA, (64 << 20, 64 << 20))

    first = subprocess.Popen([PROGRAM, "encode", "-c", "pcma"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, preexec_fn=limit)
    second = subprocess.Popen([PROGRAM, "transcode", "--to", "pcmu"], stdin=first.stdout, stdout=subprocess.PIPE, preexec_fn=limit)
    third = subprocess.Popen([PROGRAM, "decode", "-o", os.path.join(scratch, "hour.wav")], stdin=second.stdout, preexec_fn=limit)
    first.stdout.close()
    second.stdout.close()
    minute = tone(1000, 60).tobytes()
    first.stdin.write(wav(tone(1000, 0.02))[:40] + b"\xff\xff\xff\xff")
    for _ in range(60):
        first.stdin.write(minute)
    first.stdin.close()
    codes = [p.wait() for p in (first, second, third)]
    size = os.path.getsize(os.path.join(scratch, "hour.wav"))
    check(codes == [0, 0, 0] and size == 44 + 2 * 8000 * 3600, "an hour passes in constant memory", f"{codes} {size}")


with tempfile.TemporaryDirectory() as scratch:
    for part in (round_trips, libraries, infos, formats, ogg, video, damage, events, ends, length_and_memory):
        try:
            part()
        except Exception as why:  # the other parts are still of use
            check(False, part.__name__, why)
print(f"1..{number}")
sys.exit(failures > 0)
