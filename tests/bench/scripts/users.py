#!/usr/bin/env python3
"""users.py DATABASE DOMAIN < NAMES: the load's users, password `pw-NAME`, straight into a SQLite database of sipdb's."""
import hashlib
import sqlite3
import sys

database, domain = sys.argv[1:]


def ha1(user):
    return hashlib.md5(f"{user}:{domain}:pw-{user.split('@')[0]}".encode()).hexdigest()


with sqlite3.connect(database) as db:
    db.executemany("INSERT INTO subscriber (username, domain, password, ha1, ha1b) VALUES (?, ?, '', ?, ?)",
                   ((name, domain, ha1(name), ha1(f"{name}@{domain}")) for name in sys.stdin.read().split()))
