#!/usr/bin/env python3
"""readme_test.py BUILD: runs README.md's compositions as they stand there, and compares what they print. TAP."""
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/support"))
import sip  # noqa: E402


def compositions():
    """Title, shell text and expected output of each; in the output … stands for anything."""
    section = re.search(r"^## Five compositions\n(.*?)^## ", (ROOT / "README.md").read_text(), re.S | re.M)[1]
    return re.findall(r"^\*\*(.+?)[.*].*?^```sh\n(.*?)^```\n```text\n(.*?)^```", section, re.S | re.M)


def matches(expected, printed):
    return re.fullmatch(".*".join(re.escape(part) for part in expected.strip().split("…")), printed.strip(), re.S) is not None


def run(script, folder, env):
    """One composition in a shell of its own; one that serves for ever is ended after a second and a half."""
    process = subprocess.Popen(["sh", "-c", script], cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, start_new_session=True)
    try:
        return process.communicate(timeout=30 if "--follow" not in script else 1.5)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGTERM)
        return process.communicate(timeout=20)


def main():
    failures = 0
    found = compositions()
    print(f"1..{len(found)}")
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(ROOT / "tests", f"{folder}/tests")
        env = {**sip.programs(sys.argv[1]), "CORDBOARD_RUN_DIR": f"{folder}/run", "LANG": "C.UTF-8"}
        env.pop("COLUMNS", None)
        for number, (title, script, expected) in enumerate(found, 1):
            out, words = run(script, folder, env)
            ok = matches(expected, out)
            failures += not ok
            print(f"{'ok' if ok else 'not ok'} {number} - {title}")
            if not ok:
                print("\n".join("# " + line for line in (out + words).splitlines()[-30:]))
    sys.exit(1 if failures or len(found) != 5 else 0)


main()
