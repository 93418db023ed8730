#!/bin/sh
# gateway.sh - a WebRTC-to-SIP gateway with a registrar and a web phone, put together from cordboard's tools.
set -eu

dir='' usual=${XDG_DATA_HOME:-${HOME:-}/.local/share}/cordboard/gateway
address=$(ip -4 route get 192.0.2.1 2>/dev/null | sed -n 's/.* src \([0-9.]*\).*/\1/p') || :
address=${address:-127.0.0.1}
domain='' bin='' www='' trace='' sip=5060 ws=8080 wss=8443 media=30000-30999

usage() {
    cat <<EOF
Usage: gateway.sh [OPTION VALUE]...
  --dir DIR        where the database, certificate and sockets live  ($usual)
  --bin DIR        a build's tools folder, when they are not installed
  --www DIR        the web phone's files, or off  (where it is installed)
  --address IP     the address that browsers and phones reach this machine by  ($address)
  --domain NAME    the SIP domain of the two accounts  (that of the first run; at first the address)
  --sip PORT       SIP over UDP and TCP  ($sip)
  --ws PORT        SIP over WebSocket  ($ws)
  --wss PORT       SIP over secure WebSocket, and the web phone  ($wss)
  --media FROM-TO  UDP ports for sound and picture  ($media)
  --trace FILE     every SIP message as NDJSON  (DIR/trace.ndjson; the last run's becomes trace.ndjson.1)
EOF
}

die() {
    echo "gateway.sh: $2" >&2
    exit "$1"
}

while [ $# -gt 0 ]; do
    case $1 in
    --dir | --bin | --www | --address | --domain | --sip | --ws | --wss | --media | --trace)
        [ $# -ge 2 ] || die 2 "$1 needs a value"
        eval "${1#--}=\$2"
        shift 2
        ;;
    --help) usage; exit ;;
    *) die 2 "unknown option $1 (--help lists them)" ;;
    esac
done
[ -n "$dir${XDG_DATA_HOME:-}${HOME:-}" ] || die 2 "HOME is not set: say --dir"
dir=${dir:-$usual}
(umask 077 && mkdir -p "$dir")
dir=$(cd "$dir" && pwd)
if [ -n "$bin" ]; then
    for tool in "$bin"/*/; do PATH=$(cd "$tool" && pwd):$PATH; done
fi
export CORDBOARD_RUN_DIR="$dir"

# What is printed can be pasted: a word as the shell reads it back, a tool by a name that is found.
quoted() {
    case $1 in
    *[!A-Za-z0-9_./:@%+=,-]*) printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")" ;;
    *) printf '%s' "$1" ;;
    esac
}
named() { if [ -n "$bin" ]; then quoted "$(command -v "$1")"; else echo "$1"; fi; }

# The daemons have sessions of their own, so that Ctrl-C reaches this script alone, which ends them in order: the proxy
# gives calls some seconds to end, and for so long the media gateway keeps their sound. A second Ctrl-C ends them now.
proxy='' breaker='' pid=''
stop() {
    trap 'kill "$pid" 2>/dev/null || :' INT TERM HUP QUIT
    trap - EXIT
    for pid in $proxy $breaker; do
        kill "$pid" 2>/dev/null || continue
        while kill -0 "$pid" 2>/dev/null; do wait "$pid" || :; done
    done
}
trap stop EXIT
trap 'exit 130' INT TERM HUP QUIT

alive() {
    for pid in $proxy $breaker; do
        kill -0 "$pid" 2>/dev/null || die 69 "a daemon has ended; it said why above"
    done
}
answers() {
    waited=0
    until "$@" >/dev/null 2>&1; do
        alive
        waited=$((waited + 1))
        [ $waited -lt 100 ] || die 69 "the daemons do not answer"
        sleep 0.1
    done
}

sipdb create --if-not-exists
! sipctl stats >/dev/null 2>&1 || die 69 "a gateway runs in $dir already"
if [ -z "$trace" ]; then
    trace=$dir/trace.ndjson
    [ ! -f "$trace" ] || mv "$trace" "$trace.1"
fi
www=${www:-$(dirname "$(dirname "$(command -v sipws-proxy)")")/share/cordboard/www}
served=$www
[ -f "$www/index.html" ] || served=off

# The media gateway, and the proxy that asks it for help whenever a browser meets a phone. All domains of the database are served.
setsid rtc-breaker --interface "$address" --ports "$media" &
breaker=$!
answers sipctl rpc --socket breaker.sock core.version
setsid sipws-proxy -l "udp:*:$sip" -l "tcp:*:$sip" -l "ws:*:$ws" -l "wss:*:$wss" --advertise "$address" \
    --drain-seconds 5 --breaker "unix:$dir/ng.sock" --www "$served" --trace "$trace" &
proxy=$!
answers sipctl stats
alive

# Accounts outlive a change of the address: their domain stays that of the first run.
case $address in *:*) host="[$address]" ;; *) host=$address ;; esac
[ -n "$domain" ] || domain=$(sipctl list | head -n 1 | cut -f 2)
domain=${domain:-$host}
registrar="$host:$sip, UDP and TCP"
[ "$domain" = "$host" ] || registrar="$registrar: the outbound proxy of phones, whose domain is $domain"
case $served,$www in
off,off) phone=off ;;
off,*) phone="none: no index.html in $www (make phone builds it)" ;;
*) phone="https://$host:$wss/ (its certificate is self-made: accept it once)" ;;
esac
cat <<EOF

  Web phone   $phone
  SIP         $registrar
  WebSocket   ws://$host:$ws/ and wss://$host:$wss/
EOF

# Two accounts, now that both daemons stand. A password is shown this one time, by the command that makes it.
run="CORDBOARD_RUN_DIR=$(quoted "$dir") $(named sipctl)"
label=Accounts
for user in alice bob; do
    printf '  %-11s %s@%s, ' "$label" "$user" "$domain"
    if sipctl show "$user@$domain" >/dev/null 2>&1; then
        echo "as before; a new password: $run passwd $user@$domain --generate"
    else
        printf 'password '
        setsid sipctl add "$user@$domain" --generate
    fi
    label=''
done
cat <<EOF
  Contacts    $run contacts
  Watch       tail -n +1 -f $(quoted "$trace") | $(named siptrace) flow --follow

  Ctrl-C ends it.
EOF

# Whichever daemon ends first ends the gateway.
while alive; do sleep 1; done
