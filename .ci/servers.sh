# shellcheck shell=bash
# Servers that live as long as the run: PostgreSQL, Garage (S3), and the service itself.

SERVICE=http://127.0.0.1:18080
ACCOUNT=ci-teacher
PASSWORD=$(head -c 18 /dev/urandom | base64)
S3_ENDPOINT=http://127.0.0.1:13900
S3_REGION=garage
S3_BUCKET=test
S3_KEY=GK$(head -c 12 /dev/urandom | od -An -tx1 | tr -d ' \n')
S3_SECRET=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
GARAGE_PID='' POSTGRES_DATA=''

# A throw-away cluster on a socket only; it may forget everything in a power cut, so it need not sync.
start_postgres() {
    local bin home=$WORK/postgres
    bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
    install -d -m 755 -o postgres "$home" "$home/socket"
    as_postgres "$bin/initdb" -D "$home/data" -U test -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
    cat >>"$home/data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$home/socket'
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 400
CONF
    POSTGRES_DATA=$home/data POSTGRES_BIN=$bin
    as_postgres "$bin/pg_ctl" -D "$home/data" -l "$home/log" -w start >/dev/null
    POSTGRES_URL="postgres:///postgres?host=$home/socket&user=test"
}

# PostgreSQL refuses to run as root.
as_postgres() { (cd / && runuser -u postgres -- "$@"); }

start_garage() {
    local home=$WORK/garage
    mkdir -p "$home"
    cat >"$home/garage.toml" <<CONF
metadata_dir = "$home/meta"
data_dir = "$home/data"
db_engine = "lmdb"
replication_factor = 1
compression_level = "none"
rpc_bind_addr = "127.0.0.1:13901"
rpc_public_addr = "127.0.0.1:13901"
rpc_secret = "$S3_SECRET"
[s3_api]
s3_region = "$S3_REGION"
api_bind_addr = "${S3_ENDPOINT#http://}"
root_domain = ".s3.localhost"
[admin]
api_bind_addr = "127.0.0.1:13903"
CONF
    GARAGE_DEFAULT_ACCESS_KEY=$S3_KEY GARAGE_DEFAULT_SECRET_KEY=$S3_SECRET GARAGE_DEFAULT_BUCKET=$S3_BUCKET \
        "$(garage_binary)" -c "$home/garage.toml" server --single-node --default-bucket >"$home/log" 2>&1 &
    GARAGE_PID=$!
    wait_for Garage 30 curl --fail --silent http://127.0.0.1:13903/health
}

# The release binary as a newcomer starts it, and a teacher's account beside the sample's.
start_service() {
    local home=$WORK/service gongxue=$CARGO_TARGET_DIR/release/gongxue
    mkdir -p "$home"
    GONGXUE_DATA_DIR=$home/data
    GONGXUE_SERVER__LISTEN=${SERVICE#http://}
    (
        set +e
        "$gongxue" serve --demo >"$home/out" 2>"$home/log" &
        echo $! >"$home/pid"
        wait $!
        echo $? >"$home/status"
    ) &
    wait_for 'the service' 120 curl --fail --silent "$SERVICE/readyz"
    "$gongxue" school add ci '持续集成技工学校'
    "$gongxue" account add "$ACCOUNT" --role teacher --school ci --password-stdin <<<"$PASSWORD"
    TOKEN=$("$gongxue" token add "$ACCOUNT" --scope write)
    "$gongxue" account add ci-bureau --role bureau --password-stdin <<<"$PASSWORD"
    APPROVER=$("$gongxue" token add ci-bureau --scope write)
}

# The sample's accounts share a password, which the service says once.
sample_password() { sed -n 's/.*password: \([^)]*\)).*/\1/p' "$WORK/service/out"; }

no_errors_logged() {
    if grep '"level":"ERROR"' "$WORK/service/log"; then return 1; fi
}

stops_when_asked() {
    kill -TERM "$(cat "$WORK/service/pid")"
    wait_for 'the end of the service' 60 test -s "$WORK/service/status"
    [ "$(cat "$WORK/service/status")" = 0 ]
}

# stop_servers STATUS: whatever still runs; after a failure with the end of its log.
stop_servers() {
    if [ "$1" -ne 0 ] && [ -f "$WORK/service/log" ]; then
        tail -n 40 "$WORK/service/out" "$WORK/service/log"
    fi
    if [ -f "$WORK/service/pid" ] && [ ! -f "$WORK/service/status" ]; then
        kill "$(cat "$WORK/service/pid")" 2>/dev/null || true
    fi
    [ -z "$GARAGE_PID" ] || kill "$GARAGE_PID" 2>/dev/null || true
    [ -z "$POSTGRES_DATA" ] ||
        as_postgres "$POSTGRES_BIN/pg_ctl" -D "$POSTGRES_DATA" -m immediate -w stop >/dev/null || true
}
