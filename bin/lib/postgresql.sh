# A PostgreSQL to test with: the one that STANDFIRST_TEST_POSTGRESQL names, or a throw-away cluster. Sourced.

# The folder of initdb and postgres, 15 (the oldest that we support) before any newer one.
postgresql_bin() {
  local folder
  for folder in /usr/lib/postgresql/15/bin $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V) \
    "$(dirname "$(command -v postgres 2>/dev/null || echo /nowhere/postgres)")"; do
    if [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ]; then
      [ "$("$folder/postgres" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')" -ge 15 ] && { echo "$folder"; return; }
    fi
  done
  return 1
}

has_postgresql() { [ -n "${STANDFIRST_TEST_POSTGRESQL:-}" ] || postgresql_bin >/dev/null; }

ensure_postgresql() {
  need has_postgresql "postgresql" \
    "Please install PostgreSQL 15 or later (Debian: apt install postgresql), or name a server in STANDFIRST_TEST_POSTGRESQL."
}

# The server refuses to run as root. Replaces the shell that it is called in.
as_nobody() {
  if [ "$(id -u)" = 0 ]; then exec setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups -- "$@"; fi
  exec "$@"
}

# Sets POSTGRESQL_URL. The caller arranges that stop_postgresql runs at the end.
start_postgresql() {
  if [ -n "${STANDFIRST_TEST_POSTGRESQL:-}" ]; then POSTGRESQL_URL=$STANDFIRST_TEST_POSTGRESQL; return; fi
  local bin port
  bin=$(postgresql_bin)
  CLUSTER=$(mktemp -d "${TMPDIR:-/tmp}/standfirst-postgresql.XXXXXX")
  [ "$(id -u)" != 0 ] || chown nobody "$CLUSTER"
  port=$(.venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  (cd "$CLUSTER" && as_nobody "$bin/initdb" --pgdata=data --username=standfirst --auth=trust --no-sync \
    --encoding=UTF8 --locale=C.UTF-8 >initdb.log 2>&1) || { cat "$CLUSTER/initdb.log" >&2; return 1; }
  # Nothing in it needs to outlive the tests, so it need not wait for the disk.
  (cd "$CLUSTER" && as_nobody "$bin/postgres" -D data -p "$port" -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories="$CLUSTER" -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
    -c max_connections=200) >"$CLUSTER/log" 2>&1 &
  POSTGRESQL_PID=$!
  POSTGRESQL_URL=postgresql://standfirst@127.0.0.1:$port/postgres
  for _ in $(seq 100); do
    "$bin/pg_isready" -q -h 127.0.0.1 -p "$port" && return
    kill -0 "$POSTGRESQL_PID" 2>/dev/null || break
    sleep 0.1
  done
  cat "$CLUSTER/log" >&2
  return 1
}

stop_postgresql() {
  if [ -n "${POSTGRESQL_PID:-}" ]; then
    kill -INT "$POSTGRESQL_PID" 2>/dev/null || true
    wait "$POSTGRESQL_PID" 2>/dev/null || true
    POSTGRESQL_PID=
  fi
  if [ -n "${CLUSTER:-}" ]; then rm -rf "$CLUSTER"; CLUSTER=; fi
}
