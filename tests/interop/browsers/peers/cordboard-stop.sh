#!/bin/bash
# Ends what cordboard.sh or upstream.sh started, by the ids it wrote.
for name in proxy breaker legacy; do
    [ -f "$IOP_RUN/$name.pid" ] || continue
    pid=$(cat "$IOP_RUN/$name.pid")
    kill "$pid" 2>/dev/null
    for _ in $(seq 50); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -KILL "$pid" 2>/dev/null
    rm -f "$IOP_RUN/$name.pid"
done
grep -hE 'ERROR: (Address|Leak|Undefined)|runtime error' "$IOP_RUN"/*.log && exit 1
exit 0
