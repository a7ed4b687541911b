#!/usr/bin/env bash
# How fast bytes go in and come out, beside the same bytes copied, hashed and synced, and beside nginx on the same files.
#
#     cargo build --release && benches/transfer.sh [FOLDER] [MIB]
#
# FOLDER lies on the disk to measure (default: /tmp), MIB is the size of the large file (default: 1024). Needs curl, jq,
# nginx and wrk (apt: curl jq nginx-light wrk). Every line is the median of three turns; the parties take turns, so that
# what else the machine does falls on all of them.
set -euo pipefail

PROGRAM=${PROGRAM:-$(dirname "$0")/../target/release/gongxue}
MIB=${2:-1024}
WORK=$(mktemp -d "${1:-/tmp}/gongxue-transfer.XXXXXX")
OURS=127.0.0.1:18080
NGINX=127.0.0.1:18081
TURNS=3
WRK_SECONDS=5

stop() {
    [ -z "${SERVICE:-}" ] || kill "$SERVICE" 2>/dev/null || true
    [ ! -s "$WORK/nginx.pid" ] || kill "$(cat "$WORK/nginx.pid")" 2>/dev/null || true
    wait
    rm -rf "$WORK"
}
trap stop EXIT

export GONGXUE_DATA_DIR=$WORK/data GONGXUE_SERVER__LISTEN=$OURS GONGXUE_STORAGE__MIN_FREE_BYTES=0

main() {
    echo "$(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg), $MIB MiB"
    start_service
    make_files
    uploads
    share_files
    start_nginx
    downloads
}

start_service() {
    "$PROGRAM" school add S1 '第一技师学院' >/dev/null
    "$PROGRAM" account add wang --role teacher --school S1 >/dev/null
    "$PROGRAM" account add city --role bureau >/dev/null
    TOKEN=$("$PROGRAM" token add wang --scope write)
    REVIEWER=$("$PROGRAM" token add city --scope write)
    "$PROGRAM" serve >"$WORK/log" 2>&1 &
    SERVICE=$!
    until curl -fs "$OURS/readyz" >/dev/null; do sleep 0.1; done
}

make_files() {
    mkdir "$WORK/www"
    head -c "$((MIB << 20))" /dev/urandom >"$WORK/www/large.bin"
    head -c 4096 /dev/urandom >"$WORK/www/small.bin"
    chmod -R a+rX "$WORK" # nginx serves as another user
}

# Makes the large file another one, so that nothing is there already.
renew() { printf '%s' "$RANDOM$RANDOM" | dd of="$WORK/www/large.bin" conv=notrunc status=none; }

median() { sort -n | sed -n "$(((TURNS + 1) / 2))p"; }

# Turns seconds on standard input into MB/s.
speeds() { awk -v mib="$MIB" '{ printf "%.0f\n", mib * 1.048576 / $1 }'; }

# Seconds that a command takes.
timed() {
    local began=$EPOCHREALTIME
    "$@" >/dev/null
    awk -v from="$began" -v to="$EPOCHREALTIME" 'BEGIN { print to - from }'
}

# Processor seconds that processes have used.
busy() { cat $(printf '/proc/%s/stat ' "$@") | awk '{ sub(/.*\) /, ""); sum += $12 + $13 } END { print sum / 100 }'; }

memory() { awk -v name="$1:" '$1 == name { print int($2 / 1024) }' "/proc/$SERVICE/status"; }

copy() {
    cp "$WORK/www/large.bin" "$WORK/copy"
    sha256sum "$WORK/copy"
    sync "$WORK/copy"
    rm "$WORK/copy"
}

tus() {
    local address
    address=$(curl -fs -D - -o /dev/null -X POST "$OURS/api/v1/uploads" -H "Authorization: Bearer $TOKEN" \
        -H 'Tus-Resumable: 1.0.0' -H "Upload-Length: $((MIB << 20))" \
        -H "Upload-Metadata: filename $(printf 'large.bin' | base64)" | tr -d '\r' | sed -n 's/^location: //Ip')
    curl -fsS -X PATCH -T "$WORK/www/large.bin" "$(absolute "$address")" -H "Authorization: Bearer $TOKEN" -H 'Expect:' \
        -H 'Tus-Resumable: 1.0.0' -H 'Upload-Offset: 0' -H 'Content-Type: application/offset+octet-stream'
}

absolute() { case $1 in http*) echo "$1" ;; *) echo "http://$OURS$1" ;; esac; }

# Shares a file in one request and prints the answer.
form() {
    curl -fsS "$OURS/api/v1/resources" -H "Authorization: Bearer $TOKEN" -H 'Expect:' \
        -F 'metadata={"title":"大文件","type":"source_file","scope":"public","submit":true};type=application/json' -F "file=@$1"
}

uploads() {
    sleep 2
    echo 5 >"/proc/$SERVICE/clear_refs" # forget the peak
    local before cpu
    before=$(memory VmRSS)
    for _ in $(seq $TURNS); do
        renew
        timed copy >>"$WORK/copy.times"
        cpu=$(busy "$SERVICE")
        timed tus >>"$WORK/tus.times"
        busy "$SERVICE" | awk -v from="$cpu" -v mib="$MIB" '{ print ($1 - from) / mib / 1.048576 * 1000 }' >>"$WORK/tus.cpu"
        renew
        timed form "$WORK/www/large.bin" >>"$WORK/form.times"
    done
    echo "copied, hashed, synced: $(speeds <"$WORK/copy.times" | median) MB/s"
    echo "tus PATCH:              $(speeds <"$WORK/tus.times" | median) MB/s, $(median <"$WORK/tus.cpu") s of processor time a GB"
    echo "multipart:              $(speeds <"$WORK/form.times" | median) MB/s"
    echo "memory of the service:  $before MiB before, $(memory VmHWM) MiB at the peak"
}

share_files() {
    LARGE=$(publish "$WORK/www/large.bin")
    SMALL=$(publish "$WORK/www/small.bin")
}

# Shares a file with everyone and prints the path of its bytes.
publish() {
    local resource
    resource=$(form "$1")
    curl -fs -X POST "$OURS/api/v1/resources/$(jq -r .id <<<"$resource")/approve" \
        -H "Authorization: Bearer $REVIEWER" >/dev/null
    echo "api/v1/files/$(jq -r '.files[0].id' <<<"$resource")/content"
}

start_nginx() {
    cat >"$WORK/nginx.conf" <<CONF
worker_processes $(nproc);
pid $WORK/nginx.pid;
error_log $WORK/nginx.log;
events { worker_connections 1024; }
http {
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000;
    server { listen $NGINX; root $WORK/www; }
}
CONF
    nginx -c "$WORK/nginx.conf"
    until [ -s "$WORK/nginx.pid" ]; do sleep 0.1; done
}

# One stream of the large file: MB/s and processor seconds of the servers a GB.
stream() {
    local name=$1 address=$2 cpu
    shift 2
    cpu=$(busy "$@")
    timed curl -fsS -o /dev/null "$address" | speeds >>"$WORK/$name.speed"
    busy "$@" | awk -v from="$cpu" -v mib="$MIB" '{ print ($1 - from) / mib / 1.048576 * 1000 }' >>"$WORK/$name.cpu"
}

requests() { wrk -t1 -c32 -d"${WRK_SECONDS}s" "$1" | awk '/Requests\/sec/ { printf "%.0f\n", $2 }'; }

downloads() {
    local workers
    workers=$(pgrep -P "$(cat "$WORK/nginx.pid")")
    for _ in $(seq $TURNS); do
        # shellcheck disable=SC2086 # one word a process
        stream nginx "http://$NGINX/large.bin" $workers
        stream ours "http://$OURS/$LARGE" "$SERVICE"
        requests "http://$NGINX/small.bin" >>"$WORK/nginx.requests"
        requests "http://$OURS/$SMALL" >>"$WORK/ours.requests"
        requests "http://$OURS/healthz" >>"$WORK/nothing.requests"
    done
    echo "large file, nginx:      $(median <"$WORK/nginx.speed") MB/s, $(median <"$WORK/nginx.cpu") s of processor time a GB"
    echo "large file, gongxue:    $(median <"$WORK/ours.speed") MB/s, $(median <"$WORK/ours.cpu") s of processor time a GB"
    echo "4 KiB, nginx:           $(median <"$WORK/nginx.requests") requests/s"
    echo "4 KiB, gongxue:         $(median <"$WORK/ours.requests") requests/s"
    echo "/healthz, gongxue:      $(median <"$WORK/nothing.requests") requests/s"
    echo "memory of the service:  $(memory VmHWM) MiB at the peak"
}

main
