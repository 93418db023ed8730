#!/usr/bin/env python3
"""control_test BUILD: sipdb and sipctl as a user meets them, on a database alone and beside a proxy. TAP."""
import contextlib
import json
import os
import pathlib
import pty
import select
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

BUILD = pathlib.Path(sys.argv[1])
NOBODY = 65534
number = failures = 0


def check(ok, what, detail=""):
    global number, failures
    number += 1
    failures += not ok
    print(f"{'ok' if ok else 'not ok'} {number} - {what}", flush=True)
    if not ok:
        print("\n".join("# " + line for line in str(detail).splitlines()[-20:]), flush=True)


def skip(what, why):
    global number
    number += 1
    print(f"ok {number} - {what} # SKIP {why}", flush=True)


class Tools:
    """The two programs with a run directory of their own."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.database = self.folder / "cordboard.sqlite"
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("SIPCTL_", "SIPDB_", "CORDBOARD_", "XDG_"))}
        self.env |= {"CORDBOARD_RUN_DIR": str(folder), "HOME": str(folder)}

    def run(self, tool, *args, stdin="", env=None, **kwargs):
        return subprocess.run([BUILD / "tools" / tool / tool, *args], input=stdin, capture_output=True, text=True,
                              timeout=60, env={**self.env, **(env or {})}, start_new_session=True, **kwargs)

    def sipctl(self, *args, **kwargs):
        return self.run("sipctl", *args, **kwargs)

    def sipdb(self, *args, **kwargs):
        return self.run("sipdb", *args, **kwargs)

    def sql(self, statement, *values):
        with contextlib.closing(sqlite3.connect(self.database)) as connection, connection:
            return connection.execute(statement, values).fetchall()

    def users(self):
        return [json.loads(line) for line in self.sipctl("list", "--json").stdout.splitlines()]


def expect(what, done, code, out=None, err=None):
    """Checks an exit code, and stdout and stderr where they are given: whole, or a part of stderr."""
    ok = done.returncode == code and (out is None or done.stdout == out) and (err is None or err in done.stderr)
    ok = ok and (code == 0 or len(done.stderr.splitlines()) == 1)
    check(ok, what, f"exit code {done.returncode}\nstdout: {done.stdout!r}\nstderr: {done.stderr!r}")
    return done


def databases(t):
    missing = t.folder / "no" / "such"
    expect("without a database sipctl says how to make one", t.sipctl("list"), 69, "", "sipdb create")
    expect("a database in a missing directory cannot be made", t.sipdb("create", "--db", f"sqlite:{missing}/x"), 73, "", "No such")
    expect("sipdb create", t.sipdb("create"), 0, "")
    expect("a second create is refused", t.sipdb("create"), 73, "", "already")
    expect("--if-not-exists keeps what is there", t.sipdb("create", "--if-not-exists"), 0, "", "")
    check(t.database.stat().st_mode & 0o777 == 0o600, "only its owner reads the database")
    status = t.sipdb("status", "--json")
    rows = [json.loads(line) for line in status.stdout.splitlines()]
    check(status.returncode == 0 and {"subscriber", "location", "version", "domain", "dbaliases", "acc"} <=
          {r["table"] for r in rows if r["version"] == r["wanted"]}, "sipdb status as JSON", status)
    for url in (f"sqlite://{t.database}", f"sqlite:///{t.database}", f"sqlite:{t.database}"):
        expect(f"the URL {url.replace(str(t.folder), 'DIR')} is understood", t.sipdb("status", "--db", url), 0)
    (t.folder / "url").write_text(f"sqlite:{t.database}\n")
    expect("--db-file", t.sipdb("status", "--db-file", str(t.folder / "url"), env={"CORDBOARD_RUN_DIR": "/nonexistent"}), 0)
    expect("an unknown kind of database", t.sipdb("status", "--db", "oracle:x"), 2)
    for tool, command in ((t.sipdb, "status"), (t.sipctl, "list")):
        done = tool("--db-file", "/nonexistent", command)
        expect("a missing --db-file", done, 78, "", "No such file")
        expect("a folder as --db-file", tool("--db-file", str(t.folder), command), 78, "", "directory")
        expect("a database that this build does not speak to", tool("--db", "postgres://u:p@h/d", command), 69, "",
               "postgres://u@h/d: this build speaks to SQLite alone")
    (t.folder / "nonsense").write_text("nonsense\n")
    expect("a --db-file that holds no URL", t.sipdb("status", "--db-file", str(t.folder / "nonsense")), 78, "", "URL")
    (t.folder / "text").write_text("no database " * 1000)
    expect("a file that is no database", t.sipdb("status", "--db", f"sqlite:{t.folder}/text"), 69)


def users(t):
    password = expect("a generated password is printed once", t.sipctl("add", "alice@example.com", "--generate"), 0).stdout
    check(len(password.strip()) >= 16, "it is long", password)
    expect("an existing user is not changed", t.sipctl("add", "alice@example.com", "--generate"), 1, "", "already")
    expect("--if-not-exists", t.sipctl("add", "alice@example.com", "--generate", "--if-not-exists"), 0, "", "")
    expect("a bare user is of the only domain", t.sipctl("add", "bob", "--password-stdin", "--display-name", "Bob \"B\"\t🐢",
                                                          "--email", "bob@example.com", stdin="s3cret\n"), 0, "", "")
    expect("a password in argv is warned of", t.sipctl("add", "carol", "s3cret"), 0, "", "warning")
    expect("two passwords are one too many", t.sipctl("add", "dave", "x", "--generate"), 2)
    expect("no password on stdin", t.sipctl("add", "dave", "--password-stdin"), 65)
    expect("an empty password", t.sipctl("add", "dave", "--password-stdin", stdin="\n"), 65)
    expect("a password with a NUL", t.sipctl("add", "dave", "--password-stdin", stdin="a\0b\n"), 65)
    expect("no terminal, no password", t.sipctl("add", "dave"), 2, "", "--generate")
    rows = t.sql("SELECT username, domain, password, ha1 FROM subscriber WHERE username = 'bob'")
    import hashlib
    check(rows == [("bob", "example.com", "", hashlib.md5(b"bob:example.com:s3cret").hexdigest())], "only digests are kept", rows)
    check(t.users()[1] == {"user": "bob", "domain": "example.com", "display_name": "Bob \"B\"\t🐢", "email": "bob@example.com",
                           "registered": False}, "list as JSON", t.users())
    expect("list into a pipe", t.sipctl("list", "b*"), 0, "bob\texample.com\tBob \"B\"\\t🐢\tbob@example.com\tfalse\n")
    expect("no user matches", t.sipctl("list", "x*"), 1, "")
    shown = t.sipctl("show", "bob", "--json")
    check(json.loads(shown.stdout)["digests"] == "MD5 SHA-256 SHA-512-256" and "s3cret" not in shown.stdout and
          rows[0][3] not in shown.stdout, "show tells no secret", shown)
    expect("passwd", t.sipctl("passwd", "bob", "--password-stdin", stdin="other\n"), 0, "", "")
    check(t.sql("SELECT ha1 FROM subscriber WHERE username = 'bob'") ==
          [(hashlib.md5(b"bob:example.com:other").hexdigest(),)], "the digest has changed")
    expect("passwd of nobody", t.sipctl("passwd", "nobody", "--generate"), 1, "")
    done = t.sipctl("rm", "carol", "nobody", "alice")
    check(done.returncode == 1 and "no user nobody" in done.stderr and [u["user"] for u in t.users()] == ["bob"],
          "rm removes those that are there, and says who was not", done)
    t.sipctl("add", "alice@example.org", "--generate")
    expect("with two domains a bare user needs one", t.sipctl("show", "bob"), 2, "", "several")
    expect("--domain", t.sipctl("--domain", "example.com", "show", "bob"), 0)
    expect("--domain from the environment", t.sipctl("show", "bob", env={"SIPCTL_DOMAIN": "Example.COM"}), 0)
    t.sipctl("rm", "alice@example.org")


def odd_names(t):
    for name in ("o'hara", '"q"', "'; DROP TABLE subscriber; --", "🐢 żółw", "100%_*", "a\\nb", "a/b", "-x", "%s{}"):
        added = t.sipctl("add", "--generate", "--", f"{name}@example.com")
        found = [u["user"] for u in t.users()]
        removed = t.sipctl("rm", "--", f"{name}@example.com")
        check((added.returncode, removed.returncode) == (0, 0) and name in found, f"a user may be called {name}",
              f"{added}\n{found}\n{removed}")
    for name in ("", "a\nb", "a:b", "x" * 65, "\x7f"):
        expect(f"a user may not be called {name!r}", t.sipctl("add", f"{name}@example.com", "--generate"), 2, "")
    expect("a domain is a host name", t.sipctl("add", "alice@exa mple", "--generate"), 2, "")


def kamailio_rows(t):
    t.sql("INSERT INTO subscriber (username, domain, password) VALUES ('plain', 'example.com', 'open')")
    t.sql("INSERT INTO subscriber (username, domain, ha1) VALUES ('hashed', 'example.com', ?)", "a" * 32)
    digests = [json.loads(t.sipctl("show", u, "--json").stdout)["digests"] for u in ("plain", "hashed")]
    check(digests == ["MD5 SHA-256 SHA-512-256", "MD5"], "rows of Kamailio's tools are understood", digests)
    expires = time.time() / 86400 + 2440587.5 + 1
    t.sql("INSERT INTO location (ruid, username, domain, contact, received, expires, q, socket, user_agent, instance) VALUES "
          "('r1', 'plain', 'example.com', 'sip:plain@192.0.2.1:5060', 'sip:192.0.2.1:5060', ?, -1, 'udp:192.0.2.2:5060', "
          "'evil\x1b[2J', '<urn:uuid:1>')", expires)
    contact = json.loads(t.sipctl("contacts", "plain", "--json").stdout)
    check(contact | {"expires": 0} == {
        "user": "plain", "domain": "example.com", "contact": "sip:plain@192.0.2.1:5060", "received": "sip:192.0.2.1:5060",
        "transport": "udp", "expires": 0, "q": None, "user_agent": "evil\x1b[2J", "instance": "urn:uuid:1", "node": "",
        "reachable": None}
          and 86300 < contact["expires"] <= 86400, "contacts from the database", contact)
    expect("online", t.sipctl("online"), 0, "plain@example.com\n")
    check([u["registered"] for u in t.users() if u["user"] == "plain"] == [True], "list says who is registered")
    expect("not registered", t.sipctl("contacts", "hashed"), 1, "", "not registered")
    for user in ("plain", "hashed"):
        t.sipctl("rm", user)
    check(t.sql("SELECT count(*) FROM location") == [(0,)], "rm takes bindings along")


def terminal(t):
    """Types at a terminal of its own what sipctl asks for; gives back what was shown, and the exit code."""
    def session(args, typed):
        pid, fd = pty.fork()
        if pid == 0:
            program = BUILD / "tools/sipctl/sipctl"
            os.execve(program, ["sipctl", *args], t.env)
        shown = ""
        with contextlib.suppress(OSError):
            while select.select([fd], [], [], 20)[0] and (data := os.read(fd, 4096).decode()):
                shown += data
                if typed and shown.endswith((": ", "> ")):
                    os.write(fd, typed.pop(0).encode())
        os.close(fd)  # hangs the terminal up, which ends what still waits
        return shown, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    shown, code = session(["add", "tina@example.com"], ["hush-hush\n", "hush-hush\n"])
    check(code == 0 and "hush" not in shown and any(u["user"] == "tina" for u in t.users()),
          "a password is asked for twice and not shown", shown)
    shown, code = session(["passwd", "tina@example.com"], ["one\n", "two\n"])
    check(code == 65 and "differ" in shown, "two that differ change nothing", shown)
    shown, code = session(["list"], [])
    check(code == 0 and shown.startswith("USER") and "DISPLAY NAME" in shown, "on a terminal the table has a heading", shown)
    t.sipctl("rm", "tina@example.com")


def wrong_usage(t):
    expect("no command", t.sipctl(), 2, "")
    expect("an unknown command names the nearest", t.sipctl("lst"), 2, "", "list")
    expect("an unknown option names the nearest", t.sipctl("list", "--jsn"), 2, "", "--json")
    expect("a missing argument", t.sipctl("show"), 2, "", "USER")
    expect("one argument too many", t.sipctl("show", "a", "b"), 2, "")
    (t.folder / "conf").write_text("domian = example.com\n")
    expect("an unknown key of a file names the nearest", t.sipctl("--config", str(t.folder / "conf"), "list"), 78, "", "domain")
    (t.folder / "conf").write_text("domain = example.com\n")
    expect("a configuration file", t.sipctl("--config", str(t.folder / "conf"), "show", "bob"), 0)
    expect("an unreadable file", t.sipctl("--config", "/nonexistent", "list"), 78)
    for tool in ("sipctl", "sipdb"):
        version = t.run(tool, "--version")
        check(version.returncode == 0 and version.stdout.startswith(f"{tool} (cordboard) "), f"{tool} --version", version)
        check(t.run(tool, "--help").returncode == 0, f"{tool} --help")


def lost_output(t):
    program = BUILD / "tools/sipctl/sipctl"
    for target, code, words in (("/dev/full", 74, b"sipctl: the output cannot be written\n"), ("pipe", 0, b"")):
        reader, writer = os.pipe()
        os.close(reader)
        out = writer if target == "pipe" else os.open(target, os.O_WRONLY)
        done = subprocess.run([program, "list"], stdout=out, stderr=subprocess.PIPE, env=t.env, timeout=60)
        check((done.returncode, done.stderr) == (code, words), f"output into {target}", done)


def broken_databases(t):
    holder = sqlite3.connect(t.database, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    expect("a locked database can be read", t.sipctl("list"), 0)
    expect("a locked database is not waited for without end", t.sipctl("add", "late@example.com", "--generate"), 69, "", "locked")
    holder.execute("ROLLBACK")
    holder.close()
    expect("and works when it is free", t.sipctl("add", "late@example.com", "--generate"), 0)
    read_only(t)
    full_disk(t)
    t.sql("DROP TABLE subscriber")
    expect("a database without tables", t.sipctl("list"), 69, "", "sipdb create")
    expect("sipdb status sees it", t.sipdb("status"), 1)
    expect("sipdb create --if-not-exists mends it", t.sipdb("create", "--if-not-exists"), 0)


def words(t):
    expect("sipdb create on a database says that it is there", t.sipdb("create"), 73, err="there is a database already")
    (t.folder / "text").write_text("no database, but text that is long enough to be looked at as one " * 20, encoding="utf-8")
    expect("a file that is no database", t.sipctl("--db", f"sqlite:{t.folder}/text", "list"), 69, err="this file is no SQLite database")
    for text, what in (("[stauts]\njson = yes\n", "unknown section [stauts] (did you mean status?)"),
                       ("[status]\njsonn = yes\n", "unknown key 'jsonn' in [status] (did you mean json?)")):
        (t.folder / "sipdb.conf").write_text(text, encoding="utf-8")
        expect(what, t.sipdb("--config", f"{t.folder}/sipdb.conf", "status"), 78, err=what)


def codes(t):
    expect("a database of a kind that this build does not speak to", t.sipdb("status", "--db", "postgres://x"), 69)
    expect("a URL that is none", t.sipdb("status", "--db", "nonsense"), 2)
    expect("the same in the environment", t.sipdb("status", env={"CORDBOARD_DB": "nonsense"}), 78)
    for word in ("--help", "--version"):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([BUILD / "tools" / "sipctl" / "sipctl", word], stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
        check(done.returncode == 74, f"{word} to a full disk: 74", done)


def read_only(t):
    """As a user who may read the file and not write it."""
    copy = t.folder / "read-only"
    copy.mkdir()
    shutil.copy(t.database, copy / "x.sqlite")
    os.chmod(copy / "x.sqlite", 0o444)
    os.chmod(copy, 0o555)
    os.chmod(t.folder, 0o755)
    become = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    try:
        done = t.sipctl("--db", f"sqlite:{copy}/x.sqlite", "add", "ro@example.com", "--generate", **become)
        check(done.returncode == 77 and done.stdout == "", "a database that may not be written", done)
        if become:
            os.chmod(copy / "x.sqlite", 0o600)
            done = t.sipctl("--db", f"sqlite:{copy}/x.sqlite", "list", **become)
            check(done.returncode == 77 and "Permission denied" in done.stderr, "a database of another user: 77", done)
    except PermissionError:
        skip("a database that may not be written", "the build is not readable to others")
    os.chmod(copy, 0o755)


def full_disk(t):
    """On a file system of 1 MB, in a mount namespace of its own."""
    place = t.folder / "full"
    place.mkdir()
    script = f"""set -e
        mount -t tmpfs -o size=1m none '{place}'
        cd '{place}'
        '{BUILD}/tools/sipdb/sipdb' create -q --db sqlite:x.sqlite
        head -c 2000000 /dev/zero > filler 2>/dev/null || :
        set +e
        '{BUILD}/tools/sipctl/sipctl' --db sqlite:x.sqlite add full@example.com --generate
        echo "code $?"
        rm filler
        '{BUILD}/tools/sipctl/sipctl' --db sqlite:x.sqlite add full@example.com --generate >/dev/null
        echo "code $?"
        """
    done = subprocess.run(["unshare", "-m" if os.geteuid() == 0 else "-Urm", "sh", "-c", script], capture_output=True, text=True, env=t.env, timeout=60)
    if "code" not in done.stdout:
        return skip("a full disk", "no mount namespaces here")
    check(done.stdout == "code 74\ncode 0\n", "a full disk is told, and harms nothing", done)


class FakeProxy(threading.Thread):
    """A control socket with the answers of a proxy that has one contact and one call; remembers what it was asked."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.asked = []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        self.start()

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self.listener.accept()
                with peer, peer.makefile("rw") as lines:
                    for line in lines:
                        request = json.loads(line)
                        self.asked.append([request["method"], *request["params"]])
                        answer = self.answer(request["method"], request["params"])
                        lines.write(json.dumps({"jsonrpc": "2.0", "id": request["id"], **answer}) + "\n")
                        lines.flush()

    @staticmethod
    def answer(method, params):
        contact = {"Address": "sip:bob@k.invalid;transport=ws", "Expires": 55, "Q": 0.5, "User-Agent": "JsSIP",
                   "Received": "sip:192.0.2.7:5;transport=ws", "Socket": "wss:192.0.2.2:8443", "Instance": "<urn:uuid:2>",
                   "Path": "[not set]", "Node": "edge1", "State": "CS_SYNC"}
        aors = [{"Info": {"AoR": "bob@example.com", "Contacts": [{"Contact": contact}]}},
                {"Info": {"AoR": "tina@example.com", "Contacts": [{"Contact": contact | {"State": "CS_OFFLINE"}}]}}]
        call = {"id": "1", "call_id": "x@y", "from": "bob@example.com", "to": "tina@example.com", "state": "answered",
                "duration": 7, "bridged": True, "codecs": "opus"}
        results = {"ul.dump": {"Domains": [{"Domain": {"Domain": "location", "AoRs": aors}}]}, "cord.calls": [call],
                   "stats.get_statistics": ["calls = 1", "registrations = 2"], "domain.reload": None,
                   "cord.user_changed": None, "system.listMethods": ["ul.dump"], "text": "as it is", "broken": 7}
        if method == "ul.rm":
            return {"error": {"code": 404, "message": "AOR not found"}}
        if method == "stats.get_statistics" and params == ["none"]:
            return {"error": {"code": 404, "message": "there is no statistic none"}}
        if method not in results:
            return {"error": {"code": -32601, "message": f"there is no method {method}"}}
        return {"result": results[method]}

    def end(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.join()


def beside_a_proxy(t):
    expect("calls need a proxy", t.sipctl("calls"), 69, "", "no daemon")
    proxy = FakeProxy(t.folder / "proxy.sock")
    contact, lost = map(json.loads, t.sipctl("contacts", "--json").stdout.splitlines())
    check((lost["user"], lost["reachable"]) == ("tina", False), "a contact whose connection is gone is not reachable", lost)
    check(contact == {"user": "bob", "domain": "example.com", "contact": "sip:bob@k.invalid;transport=ws",
                      "received": "sip:192.0.2.7:5;transport=ws", "transport": "wss", "expires": 55, "q": 0.5,
                      "user_agent": "JsSIP", "instance": "urn:uuid:2", "node": "edge1", "reachable": True}, "contacts from the proxy", contact)
    expect("online", t.sipctl("online", "--json"), 0, '{"user":"bob","domain":"example.com"}\n')
    check([u["user"] for u in t.users() if u["registered"]] == ["bob"], "list asks the proxy who is registered")
    call = json.loads(t.sipctl("calls", "--json").stdout)
    check(list(call) == ["id", "call_id", "from", "to", "state", "duration", "bridged", "codecs"] and call["bridged"] is True,
          "calls", call)
    expect("stats", t.sipctl("stats"), 0, "calls\t1\nregistrations\t2\n")
    expect("no such statistic", t.sipctl("stats", "none"), 1, "", "no statistic none")
    proxy.asked.clear()
    t.sipctl("add", "new@example.com", "--generate")
    t.sipctl("passwd", "new@example.com", "--generate")
    expect("a 404 of the proxy is no news", t.sipctl("rm", "new@example.com"), 0, "", "")
    check(proxy.asked == [["domain.reload"], ["cord.user_changed", "new@example.com"]] * 3 +
          [["ul.rm", "location", "new@example.com"]], "the proxy is told of each change", proxy.asked)
    expect("rpc", t.sipctl("rpc", "text"), 0, "as it is\n")
    expect("rpc on one line", t.sipctl("rpc", "stats.get_statistics", "--json"), 0, '["calls = 1","registrations = 2"]\n')
    expect("rpc of a method that is not there", t.sipctl("rpc", "nope"), 1, "", "no method nope")
    proxy.asked.clear()
    t.sipctl("rpc", "text", "5", "s:5", "i:6", "a b", '{"a":1}', "true")
    check(proxy.asked == [["text", 5, "5", 6, "a b", {"a": 1}, "true"]], "rpc's arguments", proxy.asked)
    expect("rpc line by line", t.sipctl("rpc", stdin="text\n\ntext\n"), 0, "as it is\nas it is\n")
    expect("--socket", t.sipctl("rpc", "--socket", "breaker.sock", "list"), 69, "", "breaker.sock")
    proxy.end()
    expect("a dead socket is no daemon", t.sipctl("stats"), 69, "", "no daemon")
    expect("and contacts come from the database again", t.sipctl("contacts"), 0, "")


def main():
    with tempfile.TemporaryDirectory(prefix="cord control ") as folder:
        t = Tools(folder)
        for part in (databases, codes, words, users, odd_names, kamailio_rows, terminal, wrong_usage, lost_output, beside_a_proxy, broken_databases):
            part(t)
    print(f"1..{number}")
    sys.exit(1 if failures else 0)


main()
