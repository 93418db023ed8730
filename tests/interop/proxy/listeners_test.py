#!/usr/bin/env python3
"""Several listeners of each kind at once, IPv4 and IPv6: a call from each to each, and on to places beyond. TAP."""
import itertools
import pathlib
import re
import secrets
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import proxy as server  # noqa: E402
import sip  # noqa: E402
from tap import check, done, run  # noqa: E402

V6 = bool(pathlib.Path("/proc/net/if_inet6").read_text(encoding="ascii").strip())
ADDRESSES = ("127.0.0.1", "127.0.0.2", *(("::1",) if V6 else ()))


class Phone(sip.Agent):
    """A user who knows by which listener it is reached."""

    def __init__(self, listener, number):
        transport, host, port = listener
        super().__init__((host, port), f"user{number}", server.DOMAIN, transport=transport)
        self.name_of_proxy(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
        self.name = f"{transport} {self.place}"

    def name_of_proxy(self, place):
        self.place = place
        self.sent_by = f"SIP/2.0/{self.transport.upper()} {place};branch="
        self.route = place + {"udp": "", "wss": ";transport=ws"}.get(self.transport, f";transport={self.transport}") + ";lr"

    def expect(self, method):
        message = self.receive()
        while message.code == 100:
            message = self.receive()
        assert message.method == method, f"{self.name}: no {method}: {message.raw}"
        return message


def uri_of(value):
    return re.search(r"<([^>]*)>", value)[1]


def faults_of_call(caller, callee):
    """An INVITE, its ACK by the routes that the caller learned, and a BYE by those of the one called."""
    uri, call_id = f"sip:{callee.user}@{server.DOMAIN}", f"{secrets.token_hex(8)}@test"
    caller.send(caller.request("INVITE", uri, headers=[f"Contact: {caller.contact}"], call_id=call_id))
    invite, faults = callee.expect("INVITE"), []
    routes = [uri_of(value).partition("@")[2] for value in invite.all("Record-Route")]
    # RFC 5658: where both sides see us differently each finds the address that it can reach next to it.
    if routes != ([callee.route, caller.route] if caller.route != callee.route else [caller.route]):
        faults.append(f"Record-Route {routes}")
    if not invite.get("Via").startswith(callee.sent_by):
        faults.append(f"Via {invite.get('Via')}")
    callee.answer(invite, 200)
    answer = caller.final()
    routes = [f"Route: {route}" for route in reversed(answer.all("Record-Route"))]
    caller.send(caller.request("ACK", uri_of(answer.get("Contact")), to=answer.get("To"), headers=routes, cseq=caller.cseq,
                               call_id=call_id))
    callee.expect("ACK")
    routes = [f"Route: {route}" for route in invite.all("Record-Route")]
    callee.send(callee.request("BYE", uri_of(invite.get("Contact")), to=invite.get("From"), headers=routes, call_id=call_id))
    bye = caller.expect("BYE")
    if not bye.get("Via").startswith(caller.sent_by):
        faults.append(f"Via of the BYE {bye.get('Via')}")
    caller.answer(bye, 200)
    if callee.final().code != 200:
        faults.append("the BYE is not answered")
    return faults


def each_calls_each():
    places = [word for t in server.TRANSPORTS for a in ADDRESSES for word in ("-l", f"{t}:[{a}]:0" if ":" in a else f"{t}:{a}:0")]
    with server.Proxy(sys.argv[1], "--auth", "off", "--bridge", "never", "--domain", server.DOMAIN, *places, transports=()) as proxy:
        check(len(proxy.listeners) == len(places) // 2, "it listens everywhere", proxy.words())
        phones = [Phone(listener, number) for number, listener in enumerate(proxy.listeners)]
        for phone in phones:
            assert phone.register().code == 200, phone.name
        for caller in phones:
            faults = [f"{callee.name}: {fault}" for callee in phones if callee is not caller
                      for fault in faults_of_call(caller, callee)]
            check(not faults, f"{caller.name} calls each other one", "\n".join(faults))
        for phone in phones:
            phone.close()


def one_for_every_address():
    """A listener on * names itself to each side by the address that this side knows it by."""
    with server.Proxy(sys.argv[1], "--auth", "off", "--bridge", "never", "--domain", server.DOMAIN, address="*") as proxy:
        places = [(transport, host, port) for transport, port in proxy.ports.items() for host in ("127.0.0.1", "127.0.0.2", ADDRESSES[-1])]
        phones = [Phone(place, number) for number, place in enumerate(places)]
        for phone in phones:
            assert phone.register().code == 200, phone.name
        for caller in phones:
            faults = [f"{callee.name}: {fault}" for callee in phones if callee is not caller
                      for fault in faults_of_call(caller, callee)]
            check(not faults, f"*: {caller.name} calls each other one", "\n".join(faults))
        for phone in phones:
            phone.close()


def reaches_beyond():
    """A listener of the next hop's own address family is taken, wherever in their order that stands."""
    for order in itertools.permutations(ADDRESSES[::2]):
        with sip.Far("far.test", address=ADDRESSES[-1]) as far:
            place = f"[{ADDRESSES[-1]}]:{far.port}" if V6 else f"{ADDRESSES[-1]}:{far.port}"
            places = [word for a in order for word in ("-l", f"udp:[{a}]:0" if ":" in a else f"udp:{a}:0")]
            with server.Proxy(sys.argv[1], "--domain", server.DOMAIN, "--outbound-proxy", f"sip:{place};transport=udp", *places,
                              transports=("tcp",)) as proxy, proxy.agent("tcp") as alice:
                alice.send(alice.request("MESSAGE", "sip:carol@far.test"))
                credentials = sip.digest(alice.final().get("Proxy-Authenticate"), "alice", "alice-secret", "MESSAGE", "sip:carol@far.test")
                alice.send(alice.request("MESSAGE", "sip:carol@far.test", headers=[f"Proxy-Authorization: {credentials}"]))
                got = far.receive()
                port = next(port for transport, host, port in proxy.listeners if (transport, host) == ("udp", ADDRESSES[-1]))
                sent_by = f"[{ADDRESSES[-1]}]:{port}" if V6 else f"{ADDRESSES[-1]}:{port}"
                check(got.get("Via").startswith(f"SIP/2.0/UDP {sent_by};"), f"with listeners at {', '.join(order)}: by the right one", got.raw)
                far.answer(got, 200)
                check(alice.final().code == 200, "and the answer comes back")


def names_itself():
    """By --advertise, or as one listener says: a host name, with a port where an address has another outside."""
    places = ("-l", "udp:127.0.0.1:0", "-l", "tcp:127.0.0.1:0,advertise=edge.test:5099", "-l", "ws:127.0.0.1:0,advertise=192.0.2.9")
    with server.Proxy(sys.argv[1], "--auth", "off", "--bridge", "never", "--domain", server.DOMAIN, "--advertise", "sip.test", *places,
                      transports=()) as proxy:
        phones = [Phone(listener, number) for number, listener in enumerate(proxy.listeners)]
        for phone, place in zip(phones, (f"sip.test:{proxy.ports['udp']}", "edge.test:5099", f"192.0.2.9:{proxy.ports['ws']}")):
            phone.name_of_proxy(place)
            assert phone.register().code == 200, phone.name
        for caller, callee in itertools.permutations(phones, 2):
            faults = faults_of_call(caller, callee)
            check(not faults, f"{caller.name} calls {callee.name}, by the names that are advertised", "\n".join(faults))
            caller.send(caller.request("OPTIONS", f"sip:{callee.place}"))
            check(caller.final().code == 200, f"and {callee.place} is this proxy")
        for phone in phones:
            phone.close()


run(each_calls_each)
run(one_for_every_address)
run(names_itself)
run(reaches_beyond)
done()
