"""TAP for tests in Python: `check(condition, what)` as they go, `done()` at the end."""
import sys
import traceback

number = failures = 0


def check(ok, what, detail=""):
    global number, failures
    number += 1
    failures += not ok
    print(f"{'ok' if ok else 'not ok'} {number} - {what}", flush=True)
    if not ok and str(detail):
        print("\n".join("# " + line for line in str(detail).splitlines()[-20:]), flush=True)
    return ok


def skip(what, why):
    global number
    number += 1
    print(f"ok {number} - {what} # SKIP {why}", flush=True)


def run(test, *arguments):
    """One test function; what it throws is a failure of that test and not of those behind it."""
    try:
        test(*arguments)
    except Exception:  # pylint: disable=broad-except
        check(False, f"{test.__name__} came to its end", traceback.format_exc())


def done():
    print(f"1..{number}")
    sys.exit(1 if failures else 0)
