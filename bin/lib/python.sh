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

ensure_python_and_uv() {
  if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then
    UV=$(command -v uv)
  else
    if [ ! -x .tools/bin/uv ]; then
      python3 -m venv .tools 2>/dev/null || { echo "Please install Python's venv module (Debian: apt install python3-venv)." >&2; exit 1; }
      .tools/bin/pip install --quiet uv
    fi
    UV=$PWD/.tools/bin/uv
  fi
  if [ -z "${UV_PYTHON:-}" ]; then
    UV_PYTHON=$(find_python)
    if [ -z "$UV_PYTHON" ]; then
      "$UV" python install --quiet 3.13 && UV_PYTHON=3.13 ||
        { echo "Standfirst needs Python 3.12 or newer; please install it." >&2; exit 1; }
    fi
  fi
  export UV UV_PYTHON
}
