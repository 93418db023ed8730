#!/usr/bin/env python3
"""webrtc2sip's config.xml, as it is: its transports, certificates, name server and level of the log act, options of ours may
stand beside them, and one warning names all other keys. TAP."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import proxy as server  # noqa: E402
from tap import check, done, run  # noqa: E402

BUILD = sys.argv[1]
# Each key that webrtc2sip 2.7 knows and that does nothing here, with a value that it takes.
IDLE = {"enable-rtp-symetric": "yes", "enable-100rel": "no", "enable-media-coder": "yes", "enable-videojb": "yes",
        "video-size-pref": "vga", "rtp-buffsize": "65535", "avpf-tail-length": "100;400", "srtp-mode": "optional",
        "srtp-type": "sdes;dtls", "dtmf-type": "rfc4733", "codecs": "opus;pcma;pcmu;vp8", "codec-opus-maxrates": "48000;48000",
        "stun-server": "stun.example.com;19302;*;*", "enable-icestun": "yes", "max-fds": "-1", "database": "sqlite;*",
        "account-mail": "smtps;*;*;mail.example.com;465;me@example.com;me;secret", "account-sip-caller": "*;sip:a@h;a;h;p",
        "account-http-domain": "*", "account-recaptcha": "https://example.com/verify;secret"}


def config(proxy, body):
    path = f"{proxy.folder}/config.xml"
    pathlib.Path(path).write_text(f'<?xml version="1.0" encoding="utf-8" ?>\n<!-- as shipped -->\n<config>\n{body}\n</config>\n', encoding="utf-8")
    return path


def warnings(text):
    return [line for line in text.splitlines() if "not used here" in line]


def reads_every_key(proxy):
    idle = "\n".join(f"  <{key}>{value}</{key}>" for key, value in IDLE.items())
    path = config(proxy, f"""  <debug-level>INFO</debug-level>
  <transport>udp;*;0</transport>
  <transport>ws;127.0.0.1;0</transport>
  <transport> wss;::1;0 </transport>
  <transport>c2c;*;10070</transport>
  <nameserver>192.0.2.53</nameserver>
  <nameserver>192.0.2.54</nameserver>
  <ssl-certificates>{proxy.folder}/key.pem;{proxy.folder}/cert.pem;{proxy.folder}/cert.pem;yes</ssl-certificates>
  <new-key>1</new-key>
  <upstream>sip:pbx.example.com</upstream>
  <allow-origin>https://one.example.com</allow-origin>
  <allow-origin>https://two.example.com</allow-origin>
{idle}""")
    read = proxy.run("sipws-proxy", "--check", "--config", path, "--control", f"{proxy.folder}/other.sock")
    lines = read.stdout.splitlines()
    check(read.returncode == 0, "it is read", read)
    for line in ("listen = udp;*;0", "listen = ws;127.0.0.1;0", "listen = wss;::1;0", "dns = 192.0.2.53", f"tls-cert = {proxy.folder}/cert.pem",
                 f"tls-key = {proxy.folder}/key.pem", f"tls-ca = {proxy.folder}/cert.pem", "upstream = sip:pbx.example.com",
                 "allow-origin = https://one.example.com", "allow-origin = https://two.example.com"):
        check(line in lines, line, read.stdout)
    said = warnings(read.stderr)
    check(len(said) == 1, "there is one warning", read.stderr)
    for key in (*IDLE, "transport c2c", "nameserver 192.0.2.54", "ssl-certificates verify", "new-key"):
        check(key in said[0], f"it names {key}")
    check("secret" not in read.stderr, "and no value")


def serves_by_it(proxy):
    path = config(proxy, "<debug-level>ERROR</debug-level><transport>udp;127.0.0.1;0</transport><transport>ws;127.0.0.1;0</transport>"
                  "<ssl-certificates>*;*;*;no</ssl-certificates><codecs>opus</codecs>")
    proxy.stop()
    begin = len(proxy.words())
    proxy.arguments = ["sipws-proxy", "--config", path, "--grace", "7"]
    proxy.start()
    for transport in ("udp", "ws"):
        with proxy.agent(transport) as client:
            check(client.register().code == 200, f"{transport}: registers")
    proxy.stop()
    said = proxy.words(begin)
    check(len(warnings(said)) == 1 and "codecs" in said, "the warning comes whatever the level", said)
    check("level=info" not in said, "the level holds from then on", said)


def refuses(proxy):
    for body, words in (("<transport>sctp;*;1</transport>", "sctp"), ("<transport>udp;*;0</transport", "config.xml:"),
                        ("<grace>soon</grace>", "soon"), ("<debug-level>LOUD</debug-level>", "config.xml:4: debug-level")):
        wrong = proxy.run("sipws-proxy", "--check", "--config", config(proxy, body))
        check(wrong.returncode == 78 and words in wrong.stderr, f"{body}: 78", wrong)
    pathlib.Path(f"{proxy.folder}/page.xml").write_text("<html></html>", encoding="utf-8")
    wrong = proxy.run("sipws-proxy", "--check", "--config", f"{proxy.folder}/page.xml")
    check(wrong.returncode == 78 and "<html>" in wrong.stderr, "another document: 78", wrong)


def main():
    with server.Proxy(BUILD, transports=("tls",)) as proxy:
        for test in (reads_every_key, refuses, serves_by_it):
            run(test, proxy)
    done()


main()
