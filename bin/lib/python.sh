# Finds a Python that is new enough, and uv. Sourced by the other scripts.

works() { "$1" -c 'import sys, ssl, sqlite3; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1; }

find_python() {
  local candidate root
  for candidate in python3.13 python3.12 python3.14 python3; do
    candidate=$(command -v "$candidate" || true)
    if [ -n "$candidate" ] && works "$candidate"; then echo "$candidate"; return; fi
  done
  root=$(pyenv root 2>/dev/null || true)
  if [ -n "$root" ]; then
    for candidate in $(ls -d "$root"/versions/3.1[2-9]*/bin/python3 2>/dev/null | sort -rV); do
      if works "$candidate"; then echo "$candidate"; return; fi
    done
  fi
}

# uv from the path, else installed into .tools by whatever python3 there is.
find_uv() {
  if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then command -v uv; return; fi
  if ! .tools/bin/uv --version >/dev/null 2>&1; then
    rm -rf .tools
    command -v python3 >/dev/null 2>&1 || install_packages python3 python3-venv
    make_tools || { install_packages python3-venv && make_tools; } || {
      say "Please install uv (https://docs.astral.sh/uv/), or Python's venv module (Debian: apt install python3-venv)."
      return 1
    }
  fi
  echo "$PWD/.tools/bin/uv"
}

make_tools() {
  { python3 -m venv .tools && .tools/bin/pip install --quiet --disable-pip-version-check uv; } >/dev/null 2>&1 ||
    { rm -rf .tools; return 1; }
}

ensure_python_and_uv() {
  UV=$(find_uv) || exit 1
  if [ -z "${UV_PYTHON:-}" ]; then
    UV_PYTHON=$(find_python)
    if [ -z "$UV_PYTHON" ]; then
      "$UV" python install --quiet 3.13 && UV_PYTHON=3.13 ||
        { say "Please install Python 3.12 or later; none was found, and it could not be downloaded."; exit 1; }
    fi
  fi
  export UV UV_PYTHON
}
