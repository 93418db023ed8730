#!/bin/bash
# cordboard.sh [PROFILE] - starts rtc-breaker (or rtpengine, where the profile names it) and sipws-proxy of
# $CORDBOARD_BUILD in the gateway's namespace.
# env: IOP_RUN (scratch folder), IOP_NETNS ('' = this namespace), CORDBOARD_BUILD
set -eu
cd "$(dirname "$0")/.."
profile=${1:-gateways/cordboard.json}
value() { node -p "require('./$profile').$1 ?? ''"; }
address=$(value 'sip.split(":")[0]')
domain=$(value domain)
inside=()
[ -z "${IOP_NETNS:-}" ] || inside=(ip netns exec "$IOP_NETNS")
for tool in "$CORDBOARD_BUILD"/tools/*/; do PATH=$tool:$PATH; done

export CORDBOARD_RUN_DIR=$IOP_RUN/gateway
(umask 077 && mkdir -p "$CORDBOARD_RUN_DIR")
sipdb create
node -e 'for (const [u, p] of Object.entries(require(`./'"$profile"'`).users)) console.log(u, p)' |
    while read -r user password; do echo "$password" | sipctl add "$user@$domain" --password-stdin; done

if [ "$(value breaker)" = rtpengine ]; then
    breaker=udp:127.0.0.1:2223
    "${inside[@]}" rtpengine --interface="$address" --listen-ng=127.0.0.1:2223 --table=-1 --port-min=30000 --port-max=31999 \
        --foreground --log-stderr --log-level=6 --dtls-passive </dev/null 2>"$IOP_RUN/breaker.log" &
else
    breaker=unix:$CORDBOARD_RUN_DIR/ng.sock
    "${inside[@]}" rtc-breaker --interface "$address" --ports 30000-31999 </dev/null 2>"$IOP_RUN/breaker.log" &
fi
echo $! >"$IOP_RUN/breaker.pid"
www=$CORDBOARD_BUILD/www
[ -f "$www/index.html" ] || www=off
"${inside[@]}" sipws-proxy -l "udp:$address:5060" -l "tcp:$address:5060" -l "ws:$address:8080" -l "wss:$address:8443" \
    -l "wss:$address:9443,bridge=always" --domain "$domain" --breaker "$breaker" --www "$www" \
    --grace 4 --trace "$IOP_RUN/trace.ndjson" --events "$IOP_RUN/events.ndjson" </dev/null 2>"$IOP_RUN/proxy.log" &
echo $! >"$IOP_RUN/proxy.pid"
for _ in $(seq 100); do
    sipctl stats >/dev/null 2>&1 && exit 0
    sleep 0.1
done
echo "the gateway did not come up" >&2
tail -n 5 "$IOP_RUN/breaker.log" "$IOP_RUN/proxy.log" >&2
exit 1
