#!/usr/bin/env python3
"""Kamailio with its module dispatcher before us: its probes see us come and go, its calls reach our users, and ours see it. TAP."""
import pathlib
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import proxy as server  # noqa: E402
import sip  # noqa: E402
from tap import check, done, run, skip  # noqa: E402

CONFIG = """
listen=udp:127.0.0.1:%(port)d
disable_tcp=yes
children=1
log_stderror=yes
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "siputils.so"
loadmodule "textops.so"
loadmodule "xlog.so"
loadmodule "dispatcher.so"
modparam("dispatcher", "list_file", "%(folder)s/list")
modparam("dispatcher", "ds_ping_interval", 1)
modparam("dispatcher", "ds_probing_mode", 1)
modparam("dispatcher", "ds_probing_threshold", 1)
modparam("dispatcher", "ds_inactive_threshold", 1)
modparam("tm", "fr_timer", 1000)
event_route[dispatcher:dst-up] { xlog("L_ERR", "destination is up\n"); }
event_route[dispatcher:dst-down] { xlog("L_ERR", "destination is down\n"); }
request_route {
    if (is_method("OPTIONS") && $rU == $null) { sl_send_reply("200", "OK"); exit; }
    if (is_method("CANCEL")) { t_relay(); exit; }
    if (has_totag()) { if (loose_route() || is_method("ACK")) t_relay(); exit; }
    record_route();
    if (!ds_select_dst("1", "4")) { sl_send_reply("503", "No Destination"); exit; }
    t_relay();
}
"""


class Kamailio:
    def __init__(self, destination):
        self.port = sip.free_port()
        self.folder = tempfile.mkdtemp(prefix="cord-")
        pathlib.Path(f"{self.folder}/cfg").write_text(CONFIG % {"port": self.port, "folder": self.folder}, encoding="utf-8")
        pathlib.Path(f"{self.folder}/list").write_text(f"1 sip:127.0.0.1:{destination}\n", encoding="utf-8")
        self.log = open(f"{self.folder}/log", "w", encoding="utf-8")
        self.process = subprocess.Popen(["kamailio", "-DD", "-E", "-m", "16", "-M", "4", "-f", f"{self.folder}/cfg", "-Y", self.folder],
                                        stdout=self.log, stderr=self.log)

    def told(self, word):
        """How often it has found the destination to be so."""
        return pathlib.Path(f"{self.folder}/log").read_text(encoding="utf-8").count(f"destination is {word}")

    def stop(self):
        self.process.terminate()
        self.process.wait(20)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()
        self.log.close()
        shutil.rmtree(self.folder)


def uri_of(value):
    return re.search(r"<([^>]*)>", value)[1]


def request_to(agent, method):
    while True:
        message = agent.receive()
        if message.method == method:
            return message


def invite(carol):
    """A call of somebody elsewhere; gives its final answer."""
    uri, call_id = f"sip:bob@{server.DOMAIN}", f"{secrets.token_hex(8)}@test"
    carol.send(carol.request("INVITE", uri, headers=[f"Contact: {carol.contact}"], call_id=call_id))
    return call_id


def calls_by_it(carol, bob):
    """It stands when this is left; gives what ends it."""
    call_id = invite(carol)
    there = request_to(bob, "INVITE")
    bob.answer(there, 200)
    answer = carol.final()
    check(answer.code == 200 and len(answer.all("Record-Route")) == 3, "a call that it brings is answered, by way of both of us", answer.raw)
    routes = [f"Route: {route}" for route in reversed(answer.all("Record-Route"))]
    carol.send(carol.request("ACK", uri_of(answer.get("Contact")), to=answer.get("To"), headers=routes, cseq=carol.cseq, call_id=call_id))
    check(request_to(bob, "ACK").method == "ACK", "and its ACK arrives")

    def ends():
        routes = [f"Route: {route}" for route in there.all("Record-Route")]
        bob.send(bob.request("BYE", uri_of(there.get("Contact")), to=there.get("From"), headers=routes, call_id=call_id))
        carol.answer(request_to(carol, "BYE"), 200)
        check(bob.final().code == 200, "the BYE of the one called arrives there")

    return ends


def shares_out():
    with server.Proxy(sys.argv[1], "--domain", server.DOMAIN, "--bridge", "never", "--drain-seconds", "60", transports=("udp", "ws")) as proxy:
        proxy.stop()
        with Kamailio(proxy.ports["udp"]) as other, sip.Agent(("127.0.0.1", other.port), "carol", "far.test") as carol:
            check(proxy.eventually(lambda: other.told("down"), 20), "it finds nobody before we are there")
            proxy.arguments = [word.replace("udp:127.0.0.1:0", f"udp:127.0.0.1:{proxy.ports['udp']}") for word in proxy.arguments]
            proxy.start()
            check(proxy.eventually(lambda: other.told("up"), 20), "its OPTIONS, from nobody we know, is answered: we are up")
            added = proxy.run("sipctl", "trunk", "add", "kamailio", f"sip:127.0.0.1:{other.port}", "--probe", "1")
            check(added.returncode == 0 and proxy.eventually(lambda: proxy.events("trunk-up"), 10), "and our OPTIONS finds it up", added.stderr)
            with proxy.agent("ws", "bob") as bob:
                bob.register()
                ends = calls_by_it(carol, bob)
                before = other.told("down")
                proxy.process.send_signal(signal.SIGTERM)
                check(proxy.eventually(lambda: other.told("down") > before, 20), "while we wait for the last call to end we are down to it")
                invite(carol)
                check(carol.final().code == 503, "and new calls do not come to us")
                ends()
            check(proxy.process.wait(20) == 0, "that was the last one")
            proxy.start()
            check(proxy.eventually(lambda: len(proxy.events("trunk-up")) == 2, 10), "started again we find it up")
            other.stop()
            check(proxy.eventually(lambda: proxy.events("trunk-down"), 70), "and down when it has gone")


if shutil.which("kamailio"):
    run(shares_out)
else:
    skip("Kamailio's dispatcher", "it is not installed")
done()
