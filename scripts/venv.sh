# The virtual environment that the scripts share. To be sourced by bash: `ensure_venv EXTRA`.
# shellcheck shell=bash

ROOT=$(CDPATH='' cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
VENV=$ROOT/.venv
PYTHON=

# Print the path of a Python of 3.11 or later that runs and can make environments: one on the
# PATH, or else one of pyenv's.
# Usage: find_python [VERSION]   (3.13: this one or none)
# shellcheck disable=SC2120 # scripts/test names a version
find_python() {
    local each names=(python3.13 python3.12 python3.11 python3) pythons
    if (($#)); then names=("python$1"); fi
    pythons=("${names[@]}")
    for each in "${names[@]}"; do
        pythons+=("${PYENV_ROOT:-${HOME:-}/.pyenv}"/versions/*/bin/"$each")
    done
    for each in "${pythons[@]}"; do
        # A name alone says little: it may be a shim that has nothing to start.
        "$each" -c 'import ensurepip, sys, venv
sys.exit("too old") if sys.version_info < (3, 11) else print(sys.executable)' 2>/dev/null &&
            return
    done
    return 1
}

# Make $VENV, with $PYTHON if it is set, and install the project into it with an extra.
# A second call finds the stamp of the first and does nothing.
ensure_venv() {
    local extra=$1 stamp found
    stamp=$(_stamp)
    for found in "$extra" test; do # the extra `test` contains the extra `cli`
        if [[ -n $stamp && $(cat "$VENV/stamp-$found" 2>/dev/null) == "$stamp" ]]; then
            return
        fi
    done
    if ! "$VENV/bin/python" -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        # shellcheck disable=SC2119
        if ! found=${PYTHON:-$(find_python)}; then
            echo "npcengine needs Python 3.11 or later with its module venv;" \
                "put it on the PATH as python3.11 or python3 (Debian: apt install python3-venv)" >&2
            exit 1
        fi
        "$found" -m venv --clear "$VENV"
    fi
    echo "Setting up $VENV with $("$VENV/bin/python" --version) (once, about a minute) ..." >&2
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --editable "${ROOT}[$extra]"
    _stamp >"$VENV/stamp-$extra"
}

# Print what an installation depends on; nothing when there is no environment.
_stamp() {
    local version
    version=$("$VENV/bin/python" --version 2>/dev/null) || return 0
    echo "$version, $(cksum <"$ROOT/pyproject.toml"), $ROOT"
}
