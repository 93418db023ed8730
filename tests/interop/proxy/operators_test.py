#!/usr/bin/env python3
"""What operators' tools see of the proxy and do to it: metrics, RPC over HTTP, Kamailio's own kamctl, accounting, reasons. TAP."""
import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import urllib.request
import xmlrpc.client

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import proxy as server  # noqa: E402
import sip  # noqa: E402
from tap import check, done, run, skip  # noqa: E402

BUILD = sys.argv[1]
ALICE = f"alice@{server.DOMAIN}"


def port_of(proxy, service):
    return int(re.search(rf"\b{service}:127\.0\.0\.1:(\d+)", proxy.words().rsplit("ready on", 1)[1])[1])


def get(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return answer.read().decode(), answer.headers


def metrics(proxy):
    text, headers = get(port_of(proxy, "metrics"), "/metrics")
    check(headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8", "metrics: the content type", headers)
    described = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))
    samples = re.findall(r"^([a-z_]+)(?:\{[^}]*\})? (\d+)$", text, re.M)
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    check(len(samples) == len(lines) and {name for name, _ in samples} <= set(described), "metrics: every line is a sample with a type", text)
    check(all((kind == "counter") == name.endswith("_total") for name, kind in described.items()), "metrics: counters end in _total", described)
    helped = dict(re.findall(r"^# HELP (\S+) (.*)$", text, re.M))
    check(all(" " in words for words in helped.values()), "metrics: every one says what it is", helped)
    named = [line.split(" = ")[0] for line in proxy.rpc("stats.get_statistics", "all")]
    missing = [name for name in named if ":" not in name and f"cordboard_sip_{name}" not in described
               and f"cordboard_sip_{name}_total" not in described]
    check(not missing, "metrics: every statistic is there", missing)
    for line in ("cordboard_sip_registrations_total 1", 'cordboard_sip_transport_connections{transport="ws"} 1',
                 'cordboard_sip_build_info{version="', "cordboard_sip_bindings 1", "cordboard_sip_db_commits_total "):
        check(f"\n{line}" in text, f"metrics: {line}", text)
    try:
        get(port_of(proxy, "metrics"), "/RPC")
        check(False, "metrics: nothing else is there")
    except urllib.error.HTTPError as error:
        check(error.code == 404, "metrics: nothing else is there")


def never_on_a_public_listener(proxy):
    for path in ("/metrics", "/RPC"):
        try:
            get(proxy.ports["ws"], path)
            check(False, f"{path} is not served on a WebSocket listener")
        except urllib.error.HTTPError as error:
            check(error.code == 404, f"{path} is not served on a WebSocket listener")


def post(port, body, headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", "/RPC", body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def rpc_over_http(proxy):
    port = port_of(proxy, "rpc")
    call = {"jsonrpc": "2.0", "id": 1, "method": "stats.get_statistics", "params": {"statistics": "registrations"}}
    status, body = post(port, json.dumps(call), {"Content-Type": "application/json"})
    check(status == 200 and json.loads(body)["result"] == ["registrations = 1"], "JSON-RPC with named parameters", body)
    batch = [call, {"jsonrpc": "2.0", "id": 2, "method": "none.such"}]
    status, body = post(port, json.dumps(batch), {"Content-Type": "application/json"})
    check([a.get("error", {}).get("code") for a in json.loads(body)] == [None, -32601], "a batch, and a method that is not there", body)
    check(post(port, json.dumps(call), {"Content-Type": "text/plain"})[0] == 415, "another content type: 415")
    check(post(port, json.dumps(call), {"Content-Type": "application/json", "Origin": "https://evil.example"})[0] == 403, "any Origin: 403")
    check(post(port, "x" * 1_100_000, {"Content-Type": "application/json"})[0] == 413, "a body that is too long: 413")
    with xmlrpc.client.ServerProxy(f"http://127.0.0.1:{port}/RPC") as xml:
        found = xml.ul.lookup("location", ALICE)
        check(found["AoR"] == ALICE and found["Contacts"][0]["Contact"]["CSeq"] > 0, "XML-RPC: ul.lookup", found)
        check(xml.core.uptime()["uptime"] >= 0 and "ul.dump" in xml.system.listMethods(), "XML-RPC: core.uptime, system.listMethods")
        try:
            xml.ul.lookup("location", "nobody@nowhere")
            check(False, "XML-RPC: a refusal is a fault")
        except xmlrpc.client.Fault as fault:
            check(fault.faultCode == 404 and "AOR not found" in fault.faultString, "XML-RPC: a refusal is a fault", fault)


def datagrams(proxy):
    client = f"{proxy.folder}/client.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as asks:
        asks.bind(client)
        asks.settimeout(10)
        asks.sendto(json.dumps({"jsonrpc": "2.0", "method": "core.version", "id": 5}).encode(), f"{proxy.folder}/kamailio_rpc.sock")
        answer = json.loads(asks.recv(65536))
    check(answer["id"] == 5 and answer["result"].startswith("cordboard "), "the datagram socket answers", answer)
    mode = os.stat(f"{proxy.folder}/kamailio_rpc.fifo").st_mode & 0o777
    check(mode == 0o600, "the FIFO is its owner's alone", oct(mode))


def shapes(proxy):
    dumped = proxy.rpc("ul.dump")["Domains"][0]["Domain"]
    contact = dumped["AoRs"][0]["Info"]["Contacts"][0]["Contact"]
    # What Kamailio 5.6.3 gives for a contact.
    wanted = {"Address", "Expires", "Q", "Call-ID", "CSeq", "User-Agent", "Received", "Path", "State", "Flags", "CFlags", "Socket",
              "Methods", "Ruid", "Instance", "Reg-Id", "Server-Id", "Tcpconn-Id", "Last-Modified"}
    check(dumped["Domain"] == "location" and wanted <= set(contact) and dumped["Stats"]["Records"] == 1, "ul.dump", dumped)
    check(proxy.rpc("ul.dump", "brief")["Domains"][0]["Domain"]["AoRs"] == [{"AoR": ALICE}], "ul.dump brief")
    check(proxy.rpc("stats.fetch", "usrloc:") == {"usrloc.location_contacts": "1", "usrloc.location_expires": "0",
                                                  "usrloc.location_users": "1", "usrloc.registered_users": "1"}, "stats.fetch of a group", proxy.rpc("stats.fetch", "usrloc:"))
    check(proxy.rpc("stats.fetchn", "registered_users") == {"usrloc.registered_users": 1}, "stats.fetchn of a name without group")
    check(proxy.rpc("domain.dump")["domains"] == [{"domain": server.DOMAIN, "did": server.DOMAIN}], "domain.dump")
    check(proxy.rpc("domain.reload") == {}, "domain.reload")
    check(proxy.rpc("core.psx")[0].keys() == {"IDX", "PID", "DSC"}, "core.psx")
    check(proxy.rpc("core.info")["version"].startswith("cordboard"), "core.info")
    check({s["PROTO"] for s in proxy.rpc("corex.list_sockets")} == {"udp", "ws"}, "corex.list_sockets")
    check(proxy.rpc("core.tcp_info")["opened_connections"] == 1, "core.tcp_info")
    listed = proxy.rpc("core.tcp_list")
    check(len(listed) == 1 and listed[0]["type"] == "WS" and listed[0]["dst_port"] == proxy.ports["ws"] and listed[0]["src_ip"] == "127.0.0.1",
          "core.tcp_list", listed)
    check(proxy.rpc("tls.list") == [], "tls.list of none")
    check("Profile not found: x" in proxy.run("sipctl", "rpc", "dlg.profile_list", "x").stderr, "dlg.profile_list")
    check(proxy.rpc("tls.info").keys() == {"max_connections", "opened_connections", "clear_text_write_queued_bytes"}, "tls.info")
    check(proxy.rpc("corex.debug") == {"debug": 2} and proxy.rpc("corex.debug", "i:3") == {"old": 2, "new": 3} and
          proxy.rpc("corex.debug", "i:2")["old"] == 3, "corex.debug")


def tables(proxy):
    """What Kamailio 5.6.3 gives for its destinations, addresses and media gateways, of what stands in their place."""
    empty = proxy.run("sipctl", "rpc", "dispatcher.list")
    check(empty.returncode == 1 and "No Destination Sets" in empty.stderr, "dispatcher.list of nothing", empty)
    check(proxy.rpc("permissions.addressDump") == [] == proxy.rpc("permissions.subnetDump"), "permissions.addressDump of nothing")
    for words in (["trunk", "add", "far", "sip:192.0.2.7:5070;transport=tcp", "--probe", "0"], ["trust", "add", "192.0.2.7"],
                  ["trust", "add", "198.51.100.0/24"]):
        done_well = proxy.run("sipctl", *words)
        check(done_well.returncode == 0, f"sipctl {' '.join(words[:2])}", done_well.stderr)

    def rows(method):
        shown = proxy.run("sipctl", "rpc", method)
        return json.loads(shown.stdout) if shown.returncode == 0 else []

    check(proxy.eventually(lambda: rows("dispatcher.list") and rows("permissions.subnetDump")), "it hears of them")
    listed = proxy.rpc("dispatcher.list")
    attributes = {"BODY": "duid=far", "DUID": "far", "MAXLOAD": 0, "WEIGHT": 0, "RWEIGHT": 0, "SOCKET": None, "SOCKNAME": None, "OBPROXY": None}
    wanted = {"URI": "sip:192.0.2.7:5070;transport=tcp", "FLAGS": "AX", "PRIORITY": 0, "ATTRS": attributes}
    check(listed == {"NRSETS": 1, "RECORDS": [{"SET": {"ID": 1, "TARGETS": [{"DEST": wanted}]}}]}, "dispatcher.list", listed)
    for method, words in (("dispatcher.reload", "Ok. Dispatcher successfully reloaded."), ("permissions.addressReload", "Reload OK")):
        shown = proxy.run("sipctl", "rpc", method).stdout.strip()
        check(shown == words, method, shown)
    dumped = proxy.rpc("permissions.addressDump")
    check(dumped == [{"table": 0, "group": 1, "item": {"ip": "192.0.2.7", "port": 0, "tag": ""}}], "permissions.addressDump", dumped)
    dumped = proxy.rpc("permissions.subnetDump")
    check(dumped == [{"id": 0, "group": 1, "item": {"ip": "198.51.100.0", "mask": 24, "port": 0, "tag": ""}}], "permissions.subnetDump", dumped)
    shown = proxy.rpc("rtpengine.show", "all")
    gateway = {"url": f"{proxy.folder}/none.sock", "set": 0, "index": 0, "weight": 1, "disabled": 1, "recheck_ticks": 0}
    check(shown == [gateway], "rtpengine.show", shown)
    check(proxy.run("sipctl", "rpc", "rtpengine.show", "udp:192.0.2.1:1").returncode == 1, "rtpengine.show of another is refused")


def adds_a_contact(proxy):
    with sip.Agent(proxy.at("udp"), "door", server.DOMAIN, "") as door, proxy.agent("udp", "bob") as bob:
        added = proxy.rpc("ul.add", "location", f"door@{server.DOMAIN}", f"sip:door@{door.host}:{door.port}", "i:0", "1.0", ".", "i:0", "i:0", "i:0")
        check(added == {}, "ul.add")
        proxy.rpc("ul.add", "location", f"door@{server.DOMAIN}", f"sip:door@{door.host}:{door.port}", "i:600")
        found = proxy.rpc("ul.lookup", "location", f"door@{server.DOMAIN}")["Contacts"]
        check(len(found) == 1 and found[0]["Contact"]["Expires"] <= 600, "the same contact once more replaces it", found)
        bob.register()
        uri = f"sip:door@{server.DOMAIN}"
        bob.send(bob.request("MESSAGE", uri))
        credentials = sip.digest(bob.final().get("Proxy-Authenticate"), "bob", "bob-secret", "MESSAGE", uri)
        bob.send(bob.request("MESSAGE", uri, headers=[f"Proxy-Authorization: {credentials}"]))
        check(door.receive().method == "MESSAGE", "and it is reached")
        for wrong in (["location", "door@elsewhere", "sip:door@127.0.0.1"], ["location", f"door@{server.DOMAIN}", "sip:door@a.name"],
                      ["location", f"door@{server.DOMAIN}", "nonsense"]):
            check(proxy.run("sipctl", "rpc", "ul.add", *wrong, "i:60").returncode == 1, f"ul.add {wrong[1:]} is refused")
        bob.register(expires=0)
        check(proxy.rpc("ul.rm", "location", f"door@{server.DOMAIN}") == {}, "ul.rm")


def kamctl(proxy):
    if not shutil.which("kamctl"):
        return skip("kamctl works against the proxy", "no kamctl here")
    env = {**os.environ, "RPCFIFOPATH": f"{proxy.folder}/kamailio_rpc.fifo", "SIP_DOMAIN": server.DOMAIN, "HOME": proxy.folder}

    def ask(*words):
        ended = subprocess.run(["kamctl", *words], env=env, capture_output=True, text=True, timeout=30, cwd=proxy.folder)
        return ended.stdout + ended.stderr

    for words, wanted in ((["ul", "show"], f'"AoR": "{ALICE}"'), (["ul", "show", "--brief"], ALICE), (["ul", "show", ALICE], '"Address": "sip:'),
                          (["online"], ALICE), (["uptime"], '"uptime"'), (["ps"], "sipws-proxy"), (["srv", "version"], "cordboard"),
                          (["srv", "sockets"], '"PROTO": "ws"'), (["srv", "rpclist"], "ul.dump"), (["srv", "modules"], '"usrloc"'),
                          (["dispatcher", "dump"], '"URI": "sip:192.0.2.7:5070'), (["dispatcher", "reload"], "successfully reloaded"),
                          (["address", "dump"], '"ip": "198.51.100.0"'), (["address", "reload"], "Reload OK"), (["domain", "show"], server.DOMAIN),
                          (["domain", "reload"], '"result": {'), (["stats", "usrloc"], "usrloc:registered_users = 1"),
                          (["stats"], "core:rcv_requests = "), (["dialog", "show"], '"result": ['), (["rpc", "core.version"], "cordboard"),
                          (["rpc", "none.such"], "there is no method none.such"), (["monitor", "1"], "usrloc:registered_users = 1")):
        shown = ask(*words)
        check(wanted in shown, f"kamctl {' '.join(words)}", shown)


def calls_in_books(proxy):
    """A call that is answered and hung up by the operator, and one that nobody takes."""
    with proxy.agent("udp", "alice") as alice, proxy.agent("udp", "bob") as bob:
        alice.register()
        bob.register()
        uri, headers = f"sip:bob@{server.DOMAIN}", [f"Contact: {alice.contact}"]

        def invite():
            alice.send(alice.request("INVITE", uri, headers=headers))
            credentials = sip.digest(alice.final().get("Proxy-Authenticate"), "alice", "alice-secret", "INVITE", uri)
            alice.send(alice.request("INVITE", uri, headers=[*headers, f"Proxy-Authorization: {credentials}"]))
            return bob.receive()

        bob.answer(invite(), 200, "OK")
        answer = alice.final()
        alice.send(alice.request("ACK", uri, to=answer.get("To"), cseq=alice.cseq, headers=[f"Route: {r}" for r in answer.all("Record-Route")]))
        while bob.receive().method != "ACK":
            pass
        dialog = proxy.rpc("dlg.list")[0]
        check(dialog["state"] == 4 and dialog["call-id"] == answer.get("Call-ID") and dialog["from_uri"] == f"sip:{ALICE}" and
              dialog["callee"]["tag"] in answer.get("To"), "dlg.list", dialog)
        check(proxy.rpc("dlg.stats_active")["ongoing"] == 1 and len(proxy.rpc("dlg.briefing")) == 1, "dlg.stats_active, dlg.briefing")
        for words in (("furi", "eq", f"sip:{ALICE}"), ("turi", "sw", "sip:bob@"), ("callid", "re", "^.+$"), ("callid", "re", ".", "i:1")):
            check(proxy.rpc("dlg.list_match", *words)[0]["call-id"] == dialog["call-id"], f"dlg.list_match {' '.join(words[:2])}")
        for words, why in ((("furi", "eq", "sip:x"), "Not found"), (("furi", "re", "["), "parameters are"), (("x", "eq", "y"), "parameters are"),
                           (("callid", "eq"), "parameters are")):
            refused = proxy.run("sipctl", "rpc", "dlg.list_match", *words)
            check(refused.returncode == 1 and why in refused.stderr, f"dlg.list_match {' '.join(words)} is refused", refused.stderr)
        check(proxy.run("sipctl", "rpc", "dlg.end_dlg", "i:1", "i:99").returncode == 1, "dlg.end_dlg of no dialog")
        proxy.rpc("dlg.end_dlg", f"i:{dialog['h_entry']}", f"i:{dialog['h_id']}")
        bye = bob.receive()
        check(bye.method == "BYE" and "operator" in bye.get("Reason"), "dlg.end_dlg: a BYE goes out", bye.raw)
        bob.answer(bye, 200, "OK")
        alice.answer(alice.receive(), 200, "OK")
        alice.call_id = "missed@test"
        bob.answer(invite(), 486, "Busy Here")
        alice.final()

    def rows():
        connection = sqlite3.connect(f"{proxy.folder}/cordboard.sqlite")
        acc = connection.execute("SELECT method, sip_code, sip_reason, abs(julianday('now') - time) < 0.01 FROM acc ORDER BY id").fetchall()
        missed = connection.execute("SELECT method, callid, sip_code, sip_reason, length(to_tag) > 0 FROM missed_calls").fetchall()
        connection.close()
        return acc, missed

    wanted = ([("INVITE", "200", "OK", 1), ("BYE", "200", "Ended by the operator", 1)], [("INVITE", "missed@test", "486", "Busy Here", 1)])
    check(proxy.eventually(lambda: rows() == wanted), "acc and missed_calls tell of both calls", rows())
    check(proxy.statistic("accounts") == 3, "and the rows are counted")


def says_why(proxy):
    with proxy.agent("udp", "alice", domain="elsewhere.test") as stranger:
        stranger.send(stranger.request("MESSAGE", f"sip:bob@{server.DOMAIN}"))
        check(stranger.final().code == 403, "a stranger is refused")
    told = proxy.events("refused")[-1]
    check(told["code"] == 403 and told["rule"] == "relay" and told["method"] == "MESSAGE" and "Users" in told["why"] and
          told["src"].startswith("127.0.0.1:") and told["from"] == "alice@elsewhere.test", "an event says which rule decided", told)
    check("rule relay" not in proxy.words(), "without -v the log is silent")
    proxy.rpc("cord.log", "debug")
    with proxy.agent("udp", "alice", password="wrong") as guess:
        check(guess.register().code == 401, "a wrong password is refused")
    check(proxy.eventually(lambda: "401 to REGISTER" in proxy.words() and "rule authenticate: the password is wrong" in proxy.words()),
          "from level debug on a line says why", proxy.words())
    with proxy.agent("udp", "alice", domain="elsewhere.test") as flood:
        for _ in range(300):
            flood.send(flood.request("MESSAGE", f"sip:bob@{server.DOMAIN}"))
            flood.final()
    check(proxy.words().count("rule relay") < 250, "a flood of refusals is no flood of lines", proxy.words().count("rule relay"))
    proxy.rpc("cord.log", "info")


def refuses_to_start(proxy):
    free = ["-l", "udp:127.0.0.1:0", "--control", f"{proxy.folder}/other.sock"]
    taken = port_of(proxy, "metrics")
    for options, code, words in ((["--metrics-listen", "localhost:1"], 2, "--metrics-listen"), (["--rpc-listen", "1"], 2, "--rpc-listen"),
                                 (["--rpc-listen", f"127.0.0.1:{taken}"], 73, "in use"), (["--kamailio-rpc", "/nonexistent"], 73, "No such file"),
                                 (["--kamailio-rpc", proxy.folder], 73, "another process")):
        ended = proxy.run("sipws-proxy", *free, *options)
        check(ended.returncode == code and words in ended.stderr and ended.stderr.count("\n") == 1, f"{' '.join(options)[:40]}: {code}",
              f"{ended.returncode} {ended.stderr}")


def warns_of_an_open_port():
    with server.Proxy(BUILD, "--rpc-listen", "0.0.0.0:0", transports=("udp",)) as proxy:
        check("without a password" in proxy.words(), "RPC beyond loopback is warned of", proxy.words())


def main():
    with server.Proxy(BUILD, "--metrics-listen", "127.0.0.1:0", "--rpc-listen", "127.0.0.1:0", "--accounting", "db",
                      transports=("udp", "ws")) as proxy:
        proxy.stop()
        proxy.arguments += ["--kamailio-rpc", proxy.folder, "--breaker", f"unix:{proxy.folder}/none.sock"]
        proxy.start()
        with proxy.agent("ws") as phone:
            phone.register()
            for test in (metrics, never_on_a_public_listener, rpc_over_http, datagrams, shapes, tables, adds_a_contact, kamctl, refuses_to_start):
                run(test, proxy)
        for test in (calls_in_books, says_why):
            run(test, proxy)
        check(proxy.alive() and proxy.stop() == 0, "the proxy ends well", proxy.words())
        check(not [f for f in os.listdir(proxy.folder) if f.startswith("kamailio_rpc")], "and leaves none of Kamailio's sockets")
    run(warns_of_an_open_port)
    done()


main()
