#!/usr/bin/env python3
"""bench_trace.py [SIPTRACE]: siptrace beside tcpdump, sipgrep, sngrep and tshark on two capture files made for it, in turn.
CPU-seconds of the process, its peak memory, and what that is for a megabyte and a message. Env: ROUNDS=3 STATE=state"""
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent.parent
STATE = pathlib.Path(os.environ.get("STATE", HERE / "state"))
SIPTRACE = sys.argv[1] if len(sys.argv) > 1 else "siptrace"
FILES = {"sip-load": (45000, 0, 315000), "mixed-load": (1800, 210, 12600)}  # calls, RTP packets a direction, SIP messages
READERS = {
    "tcpdump -w": ["tcpdump", "-r", "FILE", "-w", "/dev/null"],
    "siptrace calls": [SIPTRACE, "calls", "FILE"],
    "siptrace census": [SIPTRACE, "census", "FILE"],
    "sipgrep": ["sipgrep", "-C", "-I", "FILE"],
    "sngrep": ["sngrep", "-N", "-q", "-l", "200000", "-I", "FILE"],
    "tshark sip,stat": ["tshark", "-q", "-z", "sip,stat", "-r", "FILE"],
}


def capture(name):
    path = STATE / f"{name}.pcap"
    if not path.exists():
        STATE.mkdir(parents=True, exist_ok=True)
        calls, rtp, _ = FILES[name]
        subprocess.run([sys.executable, HERE / "make-load-captures.py", path, str(calls), str(rtp)], check=True,
                       stdout=subprocess.DEVNULL)
    return path


def run(command, path):
    """CPU seconds and peak kB of one run."""
    child = subprocess.Popen([str(path) if a == "FILE" else a for a in command], stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime, used.ru_maxrss, child.returncode


def main():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    readers = {name: c for name, c in READERS.items() if shutil.which(c[0])}
    for name in FILES:
        path = capture(name)
        megabytes, messages = path.stat().st_size / 1e6, FILES[name][2]
        path.read_bytes()  # into the page cache
        seen = {reader: [] for reader in readers}
        for _ in range(int(os.environ.get("ROUNDS", 3))):
            for reader, command in readers.items():
                seen[reader].append(run(command, path))
        print(f"{name}: {megabytes:.0f} MB, {messages} SIP messages")
        for reader, runs in seen.items():
            cpu, peak = (statistics.median(r[i] for r in runs) for i in (0, 1))
            failed = "" if all(r[2] == 0 for r in runs) else "  (failed)"
            print(f"  {reader:<16} {cpu:7.2f} s  {megabytes / max(cpu, 0.01):6.0f} MB/s  {peak / 1024:6.0f} MB  "
                  f"{peak / messages:6.2f} kB a message{failed}")


main()
