#!/usr/bin/env python3
"""How the proxy starts, what it refuses to start with, how it bears trouble with its database, and how it ends. TAP."""
import json
import os
import pathlib
import signal
import socket
import sqlite3
import ssl
import stat
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import proxy as server  # noqa: E402
import sip  # noqa: E402
from tap import check, done, run  # noqa: E402

BUILD = sys.argv[1]


def refuses(proxy, arguments, code, words):
    ended = proxy.run("sipws-proxy", *arguments)
    check(ended.returncode == code and words in ended.stderr and ended.stderr.count("\n") == 1,
          f"{' '.join(os.path.basename(a) for a in arguments)[:60]}: exit {code}, one line", f"{ended.returncode} {ended.stderr}")


def refuses_to_start(proxy):
    free = ["-l", "udp:127.0.0.1:0", "--control", f"{proxy.folder}/other.sock"]
    refuses(proxy, ["-l", f"udp:127.0.0.1:{proxy.ports['udp']}"], 73, "in use")
    refuses(proxy, ["-l", f"wss:127.0.0.1:{proxy.ports['wss']}"], 73, "in use")
    refuses(proxy, ["-l", "sctp:127.0.0.1:0"], 2, "transport is")
    refuses(proxy, ["-l", "udp:localhost:0"], 2, "no IP address")
    refuses(proxy, ["-l", "udp:127.0.0.1:0,speed=9"], 2, "not 'speed'")
    refuses(proxy, [*free, "--breaker", "carrier-pigeon"], 2, "breaker")
    refuses(proxy, [*free, "--trace", "/nonexistent/file"], 73, "No such file")
    refuses(proxy, [*free, "--www", "/nonexistent"], 78, "no such folder")
    refuses(proxy, [*free, "--tls-ca", f"{proxy.folder}/log"], 78, "no certificates")
    refuses(proxy, [*free, "--tls-ca", "/nonexistent"], 78, "No such file")
    refuses(proxy, [*free, "--tls-ca", proxy.folder], 78, "no certificates")
    refuses(proxy, [*free, "--db", "postgres://me:secret@localhost/sip"], 69, "postgres://me@localhost/sip: this build speaks to SQLite")
    refuses(proxy, [*free, "--db-file", "/nonexistent"], 78, "No such file")
    refuses(proxy, [*free, "--db-file", proxy.folder], 78, "directory")
    refuses(proxy, [*free, "--min-expires", "900", "--max-expires", "60"], 2, "--min-expires")
    refuses(proxy, [*free, "--listn", "x"], 2, "listen")
    refuses(proxy, ["-l", "udp:127.0.0.1:0"], 73, "proxy.sock")
    key = f"{proxy.folder}/open.pem"
    pathlib.Path(key).write_text(pathlib.Path(f"{proxy.folder}/key.pem").read_text(encoding="utf-8"), encoding="utf-8")
    os.chmod(key, 0o644)
    refuses(proxy, ["-l", "tls:127.0.0.1:0", "--tls-cert", f"{proxy.folder}/cert.pem", "--tls-key", key], 77, "key")


def checks():
    with server.Proxy(BUILD, transports=("udp",)) as proxy:
        taken = proxy.run("sipws-proxy", "--check", "-l", "udp:127.0.0.1:0")
        check(taken.returncode == 73 and "proxy.sock" in taken.stderr, "--check: the control socket of one that runs: 73", taken)
        proxy.stop()
        checks_all(proxy)
        check(not os.path.exists(f"{proxy.folder}/proxy.sock"), "--check leaves no control socket behind")


def checks_all(proxy):
    def check_with(*options):
        return proxy.run("sipws-proxy", "--check", "-l", "udp:127.0.0.1:0", *options)

    checked = check_with("--grace", "7")
    lines = checked.stdout.splitlines()
    check(checked.returncode == 0 and "grace = 7" in lines, "--check prints the configuration", checked.stdout + checked.stderr)
    wanted = (f"db = sqlite:{proxy.folder}/cordboard.sqlite", f"control = {proxy.folder}/proxy.sock", "listen = udp:127.0.0.1:0",
              f"node = {socket.gethostname()}")
    check(all(line in lines for line in wanted) and any(line.startswith("www = ") for line in lines),
          "--check names the defaults that hold", checked.stdout)
    check(not any(line.startswith("check") or line.endswith("= ") for line in lines), "--check prints nothing that is no configuration",
          checked.stdout)
    pathlib.Path(f"{proxy.folder}/again.conf").write_text(checked.stdout, encoding="utf-8")
    again = proxy.run("sipws-proxy", "--check", "--config", f"{proxy.folder}/again.conf")
    check(again.returncode == 0 and again.stdout == checked.stdout, "--check: what it printed is a configuration file", again.stderr)
    answered = check_with("--breaker", "exec:rtc-breaker --ng - --interface 127.0.0.1")
    check(answered.returncode == 0, "--check: a breaker that answers", answered.stderr)
    for options, code, words in ((["--db", "sqlite:/nonexistent/x"], 69, "no database"),
                                 (["--breaker", f"unix:{proxy.folder}/none"], 69, "does not answer"),
                                 (["--breaker", "exec:/nonexistent/breaker"], 69, "does not answer"),
                                 (["--user", "nosuch"], 78, "no user nosuch"), (["--group", "nosuch"], 78, "no group nosuch"),
                                 (["--control", "/nonexistent/x.sock"], 73, "No such file"),
                                 (["--control", f"{proxy.folder}/again.conf"], 73, "no socket"),
                                 (["--control-group", "nosuch"], 78, "no group nosuch"), (["--control-mode", "9999"], 2, "octal"),
                                 (["--tls-cert", "/nonexistent"], 78, "/nonexistent"),
                                 (["--domain", ""], 2, "--domain"), (["--domain", "a b;c"], 2, "--domain")):
        refused = check_with(*options)
        check(refused.returncode == code and words in refused.stderr, f"--check {' '.join(options)[:40]}: {code}",
              f"{refused.returncode} {refused.stderr}")


def counts_from_the_start():
    with server.Proxy(BUILD, transports=("udp",)) as proxy:
        for name in ("malformed", "stray_responses", "auth_failures", "lines_dropped"):
            check(proxy.statistic(name) == 0, f"{name} is 0 before anything has come")
        before = [line.split(" = ")[0] for line in proxy.rpc("stats.get_statistics", "all")]
        with proxy.agent("udp") as phone:
            phone.register()
            phone.send("SIP/2.0 200 OK\r\n\r\n")
            phone.send(phone.request("OPTIONS", f"sip:{server.DOMAIN}"))
            phone.final()
        after = [line.split(" = ")[0] for line in proxy.rpc("stats.get_statistics", "all")]
        check(before == after, "no counter appears later", set(after) - set(before))


def keeps_secrets(proxy):
    for name in ("trace", "key.pem", "proxy.sock"):
        mode = stat.S_IMODE(os.stat(f"{proxy.folder}/{name}").st_mode)
        check(mode == 0o600, f"{name} has mode 0600", oct(mode))


def reloads_its_certificate(proxy):
    def shown():
        return ssl.get_server_certificate(proxy.at("tls"))

    before = shown()
    with proxy.agent("tls") as phone:
        phone.register()
        mine = [one for one in proxy.rpc("tls.list") if one["src_port"] == phone.port]
        check(len(mine) == 1 and mine[0]["dst_port"] == proxy.ports["tls"] and mine[0]["state"] == "established", "tls.list", mine)
        for name in ("cert.pem", "key.pem"):
            os.remove(f"{proxy.folder}/{name}")
        proxy.process.send_signal(signal.SIGHUP)
        check(proxy.eventually(lambda: shown() != before), "SIGHUP: new connections see the new certificate")
        check(phone.register().code == 200, "and those that stand go on")


def makes_certificate(folder, name, days):
    """A chain and a key in one file."""
    both, key = f"{folder}/{name}.pem", f"{folder}/{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", str(days),
                    "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-keyout", key, "-out", f"{folder}/crt"],
                   check=True, capture_output=True)
    text = pathlib.Path(key).read_text(encoding="utf-8") + pathlib.Path(f"{folder}/crt").read_text(encoding="utf-8")
    pathlib.Path(both).touch(0o600)
    pathlib.Path(both).write_text(text, encoding="utf-8")
    return both


def shows(proxy, transport, host):
    """The name in the certificate that a client sees who asks for this host."""
    context = ssl.create_default_context(cafile=f"{proxy.folder}/all")
    context.check_hostname = False
    with socket.create_connection(proxy.at(transport), 5) as plain, context.wrap_socket(plain, server_hostname=host) as tls:
        return dict(part[0] for part in tls.getpeercert()["subject"])["commonName"]


def shows_several_certificates():
    with server.Proxy(BUILD, transports=("udp",)) as proxy:
        proxy.stop()
        files = [makes_certificate(proxy.folder, name, days) for name, days in (("one.test", 5), ("two.test", 90))]
        pathlib.Path(f"{proxy.folder}/all").write_text("".join(pathlib.Path(f).read_text(encoding="utf-8") for f in files), encoding="utf-8")
        wrong = proxy.run("sipws-proxy", "-l", "tls:127.0.0.1:0", *(w for f in files for w in ("--tls-cert", f)), "--tls-key", files[0])
        check(wrong.returncode == 2 and "each --tls-cert" in wrong.stderr, "two certificates and one key: 2", wrong)
        proxy.arguments += ["-l", "tls:127.0.0.1:0", "-l", "wss:127.0.0.1:0", *(w for f in files for w in ("--tls-cert", f))]
        proxy.start()
        for transport in ("tls", "wss"):
            seen = [shows(proxy, transport, host) for host in ("one.test", "two.test", "three.test", None)]
            check(seen == ["one.test", "two.test", "one.test", "one.test"], f"{transport}: the certificate of the host that is named", seen)
        told = proxy.events("cert-expiring")
        check(len(told) == 1 and told[0]["file"] == files[0] and told[0]["days"] in (4, 5), "cert-expiring tells of the one that ends soon", told)
        check("expires in" in proxy.words(), "and so does the log", proxy.words())
        os.rename(makes_certificate(proxy.folder, "three.test", 90), files[1])
        pathlib.Path(f"{proxy.folder}/all").write_text("".join(pathlib.Path(f).read_text(encoding="utf-8") for f in files), encoding="utf-8")
        check(proxy.eventually(lambda: shows(proxy, "tls", "three.test") == "three.test", 20), "a file that was changed is read by itself")
        pathlib.Path(files[1]).write_text("nothing\n", encoding="utf-8")
        check(proxy.eventually(lambda: "the former certificate stays" in proxy.words(), 20), "one that became bad is told of", proxy.words())
        check(shows(proxy, "tls", "three.test") == "three.test", "and the former stays")


def reloads_its_configuration():
    with server.Proxy(BUILD, transports=("udp",)) as proxy:
        proxy.stop()
        config = pathlib.Path(f"{proxy.folder}/proxy.conf")
        config.write_text("max-expires = 600\n", encoding="utf-8")
        proxy.arguments += ["--config", str(config)]
        proxy.start()

        def hangup(text):
            config.write_text(text, encoding="utf-8")
            before = len(proxy.words())
            proxy.process.send_signal(signal.SIGHUP)
            proxy.eventually(lambda: "configuration" in proxy.words(before))
            return proxy.words(before)

        with proxy.agent("udp") as phone:
            def granted():
                return phone.register(expires=3600).raw

            check("expires=600" in granted(), "the file's max-expires holds")
            line = hangup(f"max-expires = 700\ndigest = SHA-256\nnode = other\ndomain = {server.DOMAIN}\ndomain = more.test\n")
            check("taken: domain, digest, max-expires; after a restart: node" in line,
                  "SIGHUP: a line says what was taken and what waits for a restart", line)
            check("expires=700" in granted(), "SIGHUP: the new max-expires holds")
            phone.send(phone.request("REGISTER", f"sip:{server.DOMAIN}", headers=[f"Contact: {phone.contact}"]))
            check("SHA-256" in phone.final().get("WWW-Authenticate"), "SIGHUP: the new digest holds")
            line = hangup("max-expires = many\n")
            check("the former configuration stays" in line and "many" in line, "SIGHUP: a wrong file is told", line)
            line = hangup(f"tls-ca = {proxy.folder}/log\n")
            check("the former configuration stays" in line and "--tls-ca" in line, "SIGHUP: so are authorities that cannot be read", line)
            line = hangup("max-expires = 5\n")
            check("the former configuration stays" in line, "SIGHUP: so is one whose values do not fit together", line)
            check("expires=700" in granted(), "SIGHUP: and what was before holds")


def bears_a_hangup_at_its_start():
    """The file that it reads first is a pipe: so the signal finds it in the midst of its start."""
    with server.Proxy(BUILD, transports=("udp",)) as proxy:
        proxy.stop()
        config = f"{proxy.folder}/proxy.conf"
        os.mkfifo(config)

        def hang_up():
            with open(config, "w", encoding="utf-8") as pipe:  # waits for who reads
                proxy.process.send_signal(signal.SIGHUP)
                os.remove(config)
                pathlib.Path(config).write_text("max-expires = 700\n", encoding="utf-8")
                pipe.write("max-expires = 600\n")

        proxy.arguments += ["--config", config]
        hangup = threading.Timer(0.1, hang_up)
        hangup.start()
        proxy.start()
        hangup.join()
        check(proxy.eventually(lambda: "taken: max-expires" in proxy.words()), "SIGHUP at the start: it serves, and takes what has changed since",
              proxy.words())


def bears_a_locked_database(proxy):
    with proxy.agent("udp", timeout=15) as phone, proxy.agent("udp", "bob", timeout=15) as other:
        check(phone.register().code == 200, "registers while the database is well")
        locked = sqlite3.connect(f"{proxy.folder}/cordboard.sqlite", isolation_level=None)
        locked.execute("begin immediate")
        answer = phone.register()
        check(answer.code == 503 and answer.get("Retry-After"), "a locked database: 503 to REGISTER", answer.raw)
        other.send(other.request("OPTIONS", f"sip:{server.DOMAIN}"))
        check(other.final().code == 200, "other requests are served")
        check("database" in proxy.words() or "mod=db" in proxy.words(), "a line says so", proxy.words())
        locked.execute("rollback")
        locked.close()
        check(phone.register().code == 200, "it recovers by itself")


def starts_without_a_database():
    with server.Proxy(BUILD, transports=("udp",)) as proxy:
        proxy.stop()
        file = f"{proxy.folder}/cordboard.sqlite"
        os.rename(file, file + ".away")
        proxy.arguments += ["--domain", server.DOMAIN]
        proxy.start()
        with proxy.agent("udp") as phone:
            answer = phone.register()
            check(answer.code == 503, "without a database it starts, and answers REGISTER with 503", answer.raw)
            os.rename(file + ".away", file)
            check(proxy.eventually(lambda: phone.register().code == 200, 10), "and registers when it is back")


def never_waits_for_a_reader():
    with server.Proxy(BUILD, transports=("udp",)) as proxy:
        proxy.stop()
        proxy.arguments[proxy.arguments.index("--trace") + 1] = f"{proxy.folder}/fifo"
        os.mkfifo(f"{proxy.folder}/fifo")
        stuck = os.open(f"{proxy.folder}/fifo", os.O_RDWR)  # a reader that never reads
        proxy.start()
        with proxy.agent("udp") as phone:
            filler = ["X-Fill: " + "f" * 30_000]
            for _ in range(300):
                phone.send(phone.request("OPTIONS", f"sip:{server.DOMAIN}", headers=filler))
                phone.final()
            check(proxy.statistic("lines_dropped") > 0, "a trace nobody reads: lines are dropped and counted, calls are not delayed")
        os.close(stuck)
        started = time.monotonic()
        check(proxy.stop() == 0 and time.monotonic() - started < 15, "and it ends in time")


def establishes(caller, callee):
    """A call; gives the caller's 200."""
    uri = f"sip:{callee.user}@{server.DOMAIN}"
    headers = [f"Contact: {caller.contact}"]
    caller.send(caller.request("INVITE", uri, headers=headers))
    challenge = caller.final()
    credentials = sip.digest(challenge.get("Proxy-Authenticate"), caller.user, caller.password, "INVITE", uri)
    caller.send(caller.request("INVITE", uri, headers=[*headers, f"Proxy-Authorization: {credentials}"]))
    callee.answer(callee.receive(), 200, "OK")
    answer = caller.final()
    caller.send(caller.request("ACK", uri, to=answer.get("To"), cseq=caller.cseq,
                               headers=[f"Route: {r}" for r in answer.all("Record-Route")]))
    callee.receive()


def ends_in_order():
    with server.Proxy(BUILD, "--drain-seconds", "0", "--bridge", "never", transports=("udp", "ws")) as proxy:
        with proxy.agent("ws") as browser, proxy.agent("udp", "bob") as phone:
            for agent in (browser, phone):
                agent.register()
            establishes(browser, phone)
            started = time.monotonic()
            proxy.process.send_signal(signal.SIGTERM)
            for agent in (browser, phone):
                bye = agent.receive()
                check(bye.method == "BYE" and bye.get("Reason").startswith("SIP;cause=503;"), f"{agent.transport}: a BYE says why", bye.raw)
                agent.answer(bye, 200, "OK")
            check(browser.socket.recv() == b"" and browser.socket.close_code == 1001, "the browser is told that the server goes away",
                  browser.socket.close_code)
            browser.close()
            check(proxy.stop() == 0 and time.monotonic() - started < 3, "and the end is soon")
            check([e["ended_by"] for e in proxy.events("call-end")] == ["proxy"], "the call's end is an event")
        rows = [json.loads(line)["user"] for line in proxy.run("sipctl", "contacts", "--json").stdout.splitlines()]
        check(rows == ["bob"], "a binding goes with its connection, one over UDP stays", rows)


def tells_of_lost_connections():
    with server.Proxy(BUILD, transports=("udp", "ws")) as proxy:
        with proxy.agent("ws") as browser, proxy.agent("udp", "bob") as phone:
            for agent in (browser, phone):
                agent.register()
            proxy.restart()
            contacts = [json.loads(line) for line in proxy.run("sipctl", "contacts", "--json").stdout.splitlines()]
            check({c["user"]: c["reachable"] for c in contacts} == {"alice": False, "bob": True},
                  "after a crash a browser's contact is not reachable", contacts)
            online = proxy.run("sipctl", "online").stdout
            check(online == f"bob@{server.DOMAIN}\n", "and the browser is not online", online)


def drains():
    with server.Proxy(BUILD, "--drain-seconds", "20", "--bridge", "never", transports=("udp",)) as proxy:
        with proxy.agent("udp") as caller, proxy.agent("udp", "bob") as callee:
            caller.register()
            callee.register()
            establishes(caller, callee)
            proxy.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            check(proxy.alive(), "SIGTERM: it waits for a call that stands")
            with proxy.agent("udp", "bob") as late:
                refused = late.authenticated("INVITE", "sip:alice@" + server.DOMAIN, headers=[f"Contact: {late.contact}"])
                check(refused.code == 503 and refused.get("Retry-After"), "new calls get 503 with Retry-After", refused.raw)
            check(proxy.stop() == 0, "a second SIGTERM ends it at once")
    check(not os.path.exists(f"{proxy.folder}/proxy.sock"), "no socket is left")


def serves_every_address():
    with server.Proxy(BUILD, transports=("udp", "tcp"), address="*") as proxy:
        for host in ("127.0.0.1", "127.0.0.2"):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
                phone.settimeout(5)
                phone.connect((host, proxy.ports["udp"]))
                agent = proxy.agent("udp")
                agent.socket.close()
                agent.socket, (agent.host, agent.port) = phone, phone.getsockname()
                check(agent.register().code == 200, f"*: the answer comes from the address that was asked, {host}")


def main():
    with server.Proxy(BUILD) as proxy:
        for test in (refuses_to_start, keeps_secrets, reloads_its_certificate, bears_a_locked_database):
            run(test, proxy)
        check(proxy.alive(), "the proxy is alive", proxy.words())
    for test in (checks, counts_from_the_start, reloads_its_configuration, bears_a_hangup_at_its_start, starts_without_a_database, never_waits_for_a_reader,
                 shows_several_certificates, drains, ends_in_order, tells_of_lost_connections, serves_every_address):
        run(test)
    done()


main()
