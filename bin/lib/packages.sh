# Installs what the system lacks, where we may: on Debian and Ubuntu as root. Sourced by the other scripts.

say() { echo "$*" >&2; }

may_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }

# install_packages NAME…  fails quietly where we may not
install_packages() {
  may_install || return 1
  say "Installing $* …"
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y -q --no-install-recommends "$@" >/dev/null 2>&1 ||
    { apt-get update -q >/dev/null 2>&1 && apt-get install -y -q --no-install-recommends "$@" >/dev/null; } >&2
}

# need TEST PACKAGE SENTENCE  runs TEST; if it fails, installs PACKAGE or says the sentence
need() {
  "$1" && return
  install_packages $2 && "$1" && return
  say "$3"
  return 1
}

has_chromium() {
  local name
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && return
  done
  ls -d "${PLAYWRIGHT_BROWSERS_PATH:-$HOME/.cache/ms-playwright}"/chromium-* >/dev/null 2>&1
}

ensure_chromium() {
  has_chromium || install_packages chromium || .venv/bin/playwright install chromium >/dev/null 2>&1 || true
  has_chromium || { say "Please install Chromium (Debian: apt install chromium); the journeys in a browser need it."; return 1; }
}

has_nginx() { PATH=$PATH:/usr/sbin command -v nginx >/dev/null 2>&1 && command -v openssl >/dev/null 2>&1; }

ensure_nginx() {
  need has_nginx "nginx-light openssl" "Please install nginx and openssl (Debian: apt install nginx-light openssl)."
}

has_bench_tools() { has_nginx && command -v wrk >/dev/null 2>&1; }

ensure_bench_tools() {
  need has_bench_tools "nginx-light openssl wrk" \
    "Please install nginx, openssl and wrk (Debian: apt install nginx-light openssl wrk)."
}
