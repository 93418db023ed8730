#!/bin/sh
# gateway.sh - a WebRTC-to-SIP gateway with a registrar and a web phone, put together from cordboard's tools.
set -eu

dir=${XDG_DATA_HOME:-$HOME/.local/share}/cordboard/gateway
address=$(ip -4 route get 192.0.2.1 2>/dev/null | sed -n 's/.* src \([0-9.]*\).*/\1/p') || :
address=${address:-127.0.0.1}
domain='' bin='' www='' trace='' sip=5060 ws=8080 wss=8443 media=30000-30999

usage() {
    cat <<EOF
Usage: gateway.sh [OPTION VALUE]...
  --dir DIR        where the database, certificate and sockets live  ($dir)
  --bin DIR        a build's tools folder, when they are not installed
  --www DIR        the web phone's files
  --address IP     the address that browsers and phones reach this machine by  ($address)
  --domain NAME    the SIP domain  (the address)
  --sip PORT       SIP over UDP and TCP  ($sip)
  --ws PORT        SIP over WebSocket  ($ws)
  --wss PORT       SIP over secure WebSocket, and the web phone  ($wss)
  --media FROM-TO  UDP ports for sound and picture  ($media)
  --trace FILE     every SIP message as NDJSON  (DIR/trace.ndjson)
EOF
}

while [ $# -gt 0 ]; do
    case $1 in
    --dir | --bin | --www | --address | --domain | --sip | --ws | --wss | --media | --trace)
        [ $# -ge 2 ] || { echo "gateway.sh: $1 needs a value" >&2; exit 2; }
        eval "${1#--}=\$2"
        shift 2
        ;;
    --help) usage; exit ;;
    *) echo "gateway.sh: unknown option $1 (--help lists them)" >&2; exit 2 ;;
    esac
done
domain=${domain:-$address}
(umask 077 && mkdir -p "$dir")
dir=$(cd "$dir" && pwd)
trace=${trace:-$dir/trace.ndjson}
if [ -n "$bin" ]; then
    for tool in "$bin"/*/; do PATH=$(cd "$tool" && pwd):$PATH; done
fi
export CORDBOARD_RUN_DIR="$dir"
[ -f "$www/index.html" ] || www=off

pids=
stop() {
    trap - EXIT INT TERM HUP
    # shellcheck disable=SC2086 # a list of process ids
    [ -z "$pids" ] || { kill $pids 2>/dev/null || :; wait $pids 2>/dev/null || :; }
}
trap stop EXIT
trap 'stop; exit 130' INT TERM HUP

alive() {
    for pid in $pids; do
        kill -0 "$pid" 2>/dev/null || { echo "gateway.sh: a daemon has ended; it said why above" >&2; exit 69; }
    done
}

# The database and two accounts, once; their passwords are shown this one time.
sipdb create --if-not-exists
if [ -z "$(sipctl list)" ]; then
    alice=$(sipctl add "alice@$domain" --generate)
    bob=$(sipctl add "bob@$domain" --generate)
    accounts="alice@$domain, password $alice
              bob@$domain, password $bob"
else
    accounts="as before; a new password: CORDBOARD_RUN_DIR=$dir sipctl passwd USER"
fi

# The media gateway, then the proxy that asks it for help whenever a browser meets a phone.
rtc-breaker --interface "$address" --ports "$media" &
pids=$!
sipws-proxy -l "udp:*:$sip" -l "tcp:*:$sip" -l "ws:*:$ws" -l "wss:*:$wss" --advertise "$address" \
    --domain "$domain" --breaker "unix:$dir/ng.sock" --www "$www" --trace "$trace" &
pids="$pids $!"

waited=0
until sipctl stats >/dev/null 2>&1; do
    alive
    waited=$((waited + 1))
    [ $waited -lt 100 ] || { echo "gateway.sh: the proxy does not answer" >&2; exit 69; }
    sleep 0.1
done

if [ "$www" = off ]; then
    phone="not built: npm could not be reached"
else
    phone="https://$address:$wss/ (its certificate is self-made: accept it once)"
fi
cat <<EOF

  Web phone   $phone
  SIP         $address:$sip, UDP and TCP
  WebSocket   ws://$address:$ws/ and wss://$address:$wss/
  Accounts    $accounts
  Contacts    CORDBOARD_RUN_DIR=$dir sipctl contacts
  Watch       tail -n +1 -f $trace | siptrace flow --follow

  Ctrl-C ends it.
EOF

# Whichever daemon ends first ends the gateway.
while alive; do sleep 1; done
