# Sourced by the scripts beside it: makes the virtual environment .venv of this checkout and installs the package into it.
#   prepare_environment EXTRAS    EXTRAS is empty, [examples], [bench] or [dev]; `venv` may name another place before
# PYTHON names another interpreter than python3. Nothing is installed again while pyproject.toml stays as it was.

root=$(cd "$(dirname "$0")/.." && pwd)
venv=$root/.venv

prepare_environment() {
    python=${PYTHON:-python3}
    command -v "$python" >/dev/null 2>&1 || {
        echo "error: no $python on the search path; install Python 3.11 or later, or set PYTHON to one" >&2
        return 2
    }
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
        echo "error: symderiv needs Python 3.11 or later, $python is $("$python" -V 2>&1); set PYTHON to a newer one" >&2
        return 2
    }
    # Debian keeps ensurepip in a package of its own; pip outside the environment can fill one that has none.
    if [ ! -x "$venv/bin/python" ]; then
        echo "making the virtual environment ${venv##*/}"
        "$python" -m venv "$venv" >/dev/null 2>&1 || {
            rm -rf "$venv"
            "$python" -m venv --without-pip "$venv"
        } || {
            echo "error: $python -m venv failed; on Debian: apt-get install python3-venv" >&2
            return 2
        }
    fi
    stamp=$venv/installed$1
    if ! cmp -s "$root/pyproject.toml" "$stamp"; then
        echo "installing symderiv$1 and what it needs into ${venv##*/}"
        if "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
            set -- "$1" "$venv/bin/python" -m pip
        else
            set -- "$1" "$python" -m pip --python "$venv/bin/python"
        fi
        extras=$1
        shift
        "$@" install --quiet --disable-pip-version-check --editable "$root$extras" || {
            echo "error: installing failed; the lines above say why (a network is needed the first time)" >&2
            return 2
        }
        cp "$root/pyproject.toml" "$stamp"
    fi
}
