#!/bin/bash
# upstream.sh [PROFILE] - a legacy SIP server where all users are, and before it, for the browsers, rtc-breaker and
# sipws-proxy of $CORDBOARD_BUILD with --upstream, which know no user. A profile may name a config.xml of webrtc2sip that
# says all of this to sipws-proxy.
# env: IOP_RUN (scratch folder), IOP_NETNS ('' = this namespace), CORDBOARD_BUILD
set -eu
cd "$(dirname "$0")/.."
profile=${1:-gateways/upstream.json}
value() { node -p "require('./$profile').$1 ?? ''"; }
server=$(value sip)
address=${server%:*}
domain=$(value domain)
inside=()
[ -z "${IOP_NETNS:-}" ] || inside=(ip netns exec "$IOP_NETNS")
for tool in "$CORDBOARD_BUILD"/tools/*/; do PATH=$tool:$PATH; done

node -e 'for (const [u, p] of Object.entries(require(`./'"$profile"'`).users)) console.log(`\t$sht(users=>${u}) = "${p}";`)' >"$IOP_RUN/users.inc"
sed -e "/@USERS@/{r $IOP_RUN/users.inc
d}" -e "s/@LISTEN@/$server/;s/@DOMAIN@/$domain/" peers/legacy.cfg.in >"$IOP_RUN/legacy.cfg"
"${inside[@]}" kamailio -f "$IOP_RUN/legacy.cfg" -DD -E -P "$IOP_RUN/legacy.pid" -m 64 -M 8 </dev/null >"$IOP_RUN/legacy.log" 2>&1 &

export CORDBOARD_RUN_DIR=$IOP_RUN/gateway
(umask 077 && mkdir -p "$CORDBOARD_RUN_DIR")
sipdb create
"${inside[@]}" rtc-breaker --interface "$address" --ports 30000-31999 </dev/null 2>"$IOP_RUN/breaker.log" &
echo $! >"$IOP_RUN/breaker.pid"
config=$(value config)
if [ -n "$config" ]; then
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=$domain" -keyout "$IOP_RUN/key.pem" -out "$IOP_RUN/cert.pem" 2>/dev/null
    sed -e "s#@RUN@#$IOP_RUN#g;s/@SERVER@/$server/;s/@DOMAIN@/$domain/" "$config" >"$IOP_RUN/config.xml"
    options=(--config "$IOP_RUN/config.xml")
else
    options=(-l "udp:$address:5060" -l "ws:$address:8080" -l "wss:$address:8443" --upstream "sip:$server;transport=udp"
        --upstream-domain "$domain" --breaker "unix:$CORDBOARD_RUN_DIR/ng.sock" --www off --grace 4)
fi
"${inside[@]}" sipws-proxy "${options[@]}" --trace "$IOP_RUN/trace.ndjson" --events "$IOP_RUN/events.ndjson" \
    </dev/null 2>"$IOP_RUN/proxy.log" &
echo $! >"$IOP_RUN/proxy.pid"
for _ in $(seq 100); do
    sipctl stats >/dev/null 2>&1 && [ -s "$IOP_RUN/legacy.pid" ] && exit 0
    sleep 0.1
done
echo "the gateway did not come up" >&2
tail -n 5 "$IOP_RUN/legacy.log" "$IOP_RUN/breaker.log" "$IOP_RUN/proxy.log" >&2
exit 1
