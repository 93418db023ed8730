#!/usr/bin/env python3
"""What an operator meets: a full disk, a killed proxy, other addresses, another user, a service manager. TAP."""
import ctypes
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import proxy as server  # noqa: E402
import sip  # noqa: E402
from tap import check, done, run, skip  # noqa: E402

BUILD = sys.argv[1]
NOBODY = 65534


def small_disk(folder):
    """Mounts one that this process and its children alone see; whether that was possible."""
    new_namespace = 0x20000
    return (os.geteuid() == 0 and ctypes.CDLL(None).unshare(new_namespace) == 0
            and subprocess.run(["mount", "--make-rprivate", "/"], stderr=subprocess.DEVNULL, check=False).returncode == 0
            and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", folder], stderr=subprocess.DEVNULL, check=False).returncode == 0)


def bears_a_full_disk():
    with tempfile.TemporaryDirectory() as disk, tempfile.TemporaryDirectory() as elsewhere:
        if not small_disk(disk):
            return skip("a full disk", "it takes root and a mount namespace")
        tempfile.tempdir, server.Proxy.logs = disk, elsewhere
        try:
            with server.Proxy(BUILD, transports=("udp",)) as proxy:
                fills_up(proxy, f"{disk}/filler")
        finally:
            tempfile.tempdir = server.Proxy.logs = None
            subprocess.run(["umount", disk], check=True)


def fills_up(proxy, filler):
    with proxy.agent("udp", timeout=15) as phone, proxy.agent("udp", "bob", timeout=15) as other:
        check(phone.register().code == 200, "registers while there is room")
        with open(filler, "wb", buffering=0) as file:
            try:
                while file.write(b"x" * 4096) == 4096:
                    pass
            except OSError:
                pass
        # Room that is left in pages already taken runs out with what is written now.
        ask = [f"X-Fill: {'f' * 8000}"]
        for _ in range(3):
            other.send(other.request("OPTIONS", f"sip:{server.DOMAIN}", headers=ask))
            check(other.final().code == 200, "a full disk: other requests are served")
        check(proxy.eventually(lambda: phone.register(expires=599).code == 503, 10), "a full disk: 503 to REGISTER")
        words = proxy.words()
        check("until the database can be" in words and words.count("lines are dropped until") >= 1, "a full disk: lines tell both", words)
        check("level=info" not in words, "a full disk: and none says that it is over", words)
        os.remove(filler)
        check(proxy.eventually(lambda: phone.register().code == 200, 10), "registers when there is room again")

        def recovered():
            other.send(other.request("OPTIONS", f"sip:{server.DOMAIN}"))
            other.final()
            return f"{proxy.trace_file} can be written again" in proxy.words()

        check(proxy.eventually(recovered, 10), "and the trace goes on", proxy.words())
        check("the database can be written again" in proxy.words(), "lines tell that it is over", proxy.words())
    proxy.stop()
    lines = [json.loads(line) for line in pathlib.Path(proxy.trace_file).read_text(encoding="utf-8").splitlines()]
    told = [line for line in lines if line["type"] == "dropped"]
    check(told and told[0]["count"] > 0 and {"ts", "node"} < set(told[0]), "the trace has whole lines, and one counts those that are missing", told)


def is_killed():
    """What was answered with 200 is there after kill -9 in the middle of 5,000 registrations."""
    with server.Proxy(BUILD, "--auth", "off", transports=("udp",)) as proxy, proxy.agent("udp") as agent:
        acknowledged, sent = set(), 0
        while len(acknowledged) < 2500:
            while sent < min(5000, len(acknowledged) + 64):
                aor = f"user{sent}@{server.DOMAIN}"
                agent.send(agent.request("REGISTER", f"sip:{server.DOMAIN}", to=f"<sip:{aor}>", call_id=f"call-{sent}",
                                         headers=[f"Contact: {agent.contact}"]))
                sent += 1
            answer = agent.receive()
            assert answer.code == 200, answer.raw
            acknowledged.add(answer.get("To").split("sip:")[1].split(">")[0])
        proxy.process.kill()
        proxy.process.wait()
        agent.socket.settimeout(0.2)
        try:
            while True:  # answers that were on their way
                acknowledged.add(agent.receive().get("To").split("sip:")[1].split(">")[0])
        except OSError:
            pass
        proxy.start()
        lines = proxy.run("sipctl", "contacts", "--json").stdout.splitlines()
        there = {f"{contact['user']}@{contact['domain']}" for contact in map(json.loads, lines)}
        check(len(acknowledged) >= 2500 and acknowledged <= there, "after kill -9 and a restart every one that got 200 is there",
              f"{len(acknowledged)} acknowledged, {len(there)} there, lost {sorted(acknowledged - there)[:5]}")


def has_many_listeners():
    v6 = socket.has_ipv6 and pathlib.Path("/proc/net/if_inet6").read_text(encoding="ascii").strip()
    more = ["-l", "udp:[::1]:0", "-l", "tcp:[::1]:0"] if v6 else []
    with server.Proxy(BUILD, "-l", "udp:127.0.0.2:0", *more, transports=("udp", "tcp")) as proxy:
        check(len(proxy.listeners) == 3 + len(more) // 2, "it listens everywhere", proxy.words())
        for transport, host, port in proxy.listeners:
            user = "alice" if host == "127.0.0.1" else "bob"
            with sip.Agent((host, port), user, server.DOMAIN, f"{user}-secret", transport) as phone:
                answer = phone.register()
                check(answer.code == 200, f"{transport} {host}: registers", answer.raw)
        if not v6:
            skip("IPv6 listeners", "no IPv6 here")


def refuses_a_folder():
    with tempfile.TemporaryDirectory() as folder:
        for tool in ("sipws-proxy", "rtc-breaker", "sipctl", "sipdb", "siptrace", "mediacodec"):
            words = {"sipctl": ["list"], "sipdb": ["status"], "siptrace": ["calls"], "mediacodec": ["list"]}.get(tool, [])
            ended = subprocess.run([tool, "--config", folder, *words], env=sip.programs(BUILD), capture_output=True, text=True,
                                   stdin=subprocess.DEVNULL, timeout=30, check=False)
            check(ended.returncode == 78 and ended.stderr == f"{tool}: {folder}: Is a directory\n", f"{tool} --config FOLDER: 78, one line",
                  f"{ended.returncode} {ended.stderr}")


def tells_its_manager():
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"{folder}/notify")
        manager.settimeout(10)
        os.environ["NOTIFY_SOCKET"] = f"{folder}/notify"
        try:
            with server.Proxy(BUILD, transports=("udp",)) as proxy:
                check(manager.recv(100) == b"READY=1", "sd_notify: ready")
                proxy.stop()
                check(manager.recv(100) == b"STOPPING=1", "sd_notify: stopping")
        finally:
            del os.environ["NOTIFY_SOCKET"]


def drops_privileges():
    if os.geteuid() != 0:
        return skip("--user", "it takes root")
    with server.Proxy(BUILD, transports=("udp",)) as proxy:
        proxy.stop()
        for path, folders, files in os.walk(proxy.folder):
            for name in (path, *(f"{path}/{f}" for f in (*folders, *files))):
                os.chown(name, NOBODY, NOBODY)
        proxy.arguments += ["--user", str(NOBODY), "--group", str(NOBODY)]
        proxy.start()
        status = pathlib.Path(f"/proc/{proxy.process.pid}/status").read_text(encoding="ascii")
        ids = {line.split(":")[0]: line.split()[1:] for line in status.splitlines() if line.startswith(("Uid", "Gid", "Groups"))}
        check(ids["Uid"] == ids["Gid"] == [str(NOBODY)] * 4 and ids["Groups"] == [], "--user and --group: it is nobody, in every way", ids)
        with proxy.agent("udp") as phone:
            check(phone.register().code == 200, "and serves")
        check(proxy.stop(signal.SIGTERM) == 0, "to its end")


def main():
    for test in (is_killed, has_many_listeners, refuses_a_folder, tells_its_manager, drops_privileges, bears_a_full_disk):
        run(test)
    done()


main()
