# shellcheck shell=bash
# Sourced by the *-up and *-down scripts; see README.md.
set -euo pipefail
umask 022

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
SCRIPT=${0##*/}

# The system's own Python: one from a home folder may be closed to the server's user.
PYTHON=/usr/bin/python3
[ -x "$PYTHON" ] || PYTHON=python3

die() { echo "$SCRIPT: $*" >&2; exit 1; }

# need COMMAND PACKAGE: the test must fail with a remedy, never be skipped.
need() { command -v "$1" >/dev/null || die "$1 is missing: apt-get install $2"; }

# up_arguments DIR PORT [N_USERS]: sets DIR (absolute), PORT, N_USERS and the user that the servers run as.
up_arguments() {
    [[ $# -ge 2 && $# -le 3 ]] || die "usage: $SCRIPT DIR PORT [N_USERS]"
    DIR=$(realpath -m -- "$1") PORT=$2 N_USERS=${3:-10}
    [[ $PORT =~ ^[0-9]+$ ]] || die "PORT must be a number: $PORT"
    [[ $N_USERS =~ ^[0-9]+$ ]] || die "N_USERS must be a number: $N_USERS"
    # A Unix socket path holds 107 bytes and the servers add up to 35 to DIR.
    [ ${#DIR} -le 72 ] || die "DIR is longer than 72 characters (Unix sockets live in it): $DIR"
    [[ $DIR != *[[:space:]]* ]] || die "DIR must not contain white space: $DIR"
    need openssl openssl
    need setsid util-linux
    need "$PYTHON" python3
    # The servers refuse to serve mail as root, so root lends them another user.
    if [ "$(id -u)" = 0 ]; then RUN_USER=${TEST_SERVERS_USER:-nobody}; else RUN_USER=$(id -un); fi
    RUN_UID=$(id -u "$RUN_USER") RUN_GID=$(id -g "$RUN_USER")
    prepare_dir
}

down_arguments() {
    NOW=
    if [ "${1:-}" = --now ]; then NOW=yes; shift; fi
    [ $# -eq 1 ] || die "usage: $SCRIPT [--now] DIR"
    DIR=$(realpath -m -- "$1")
}

as_user() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid "$RUN_UID" --regid "$RUN_GID" --clear-groups -- "$@"
    else
        "$@"
    fi
}

# write FILE: standard input becomes a file of the server's user.
write() { as_user tee "$1" >/dev/null; }

# The folder's owner changes when root calls, so a wrong DIR (/tmp, a source tree) is refused.
prepare_dir() {
    mkdir -p "$DIR"
    [ -e "$DIR/.$SCRIPT" ] || [ -z "$(ls -A "$DIR")" ] || die "$DIR is neither empty nor from an earlier $SCRIPT"
    touch "$DIR/.$SCRIPT"
    [ "$(id -u)" != 0 ] || chown "$RUN_UID:$RUN_GID" "$DIR"
    as_user test -w "$DIR" -a -x "$DIR" \
        || die "user $RUN_USER cannot reach $DIR: each folder above it must be open to others (chmod o+x)"
}

port_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

require_free() {
    local p
    for p in "$@"; do ! port_open "$p" || die "port $p is already in use"; done
}

# wait_port PORT PIDFILE: until it answers; 20 s at most; fails at once when the process is gone.
wait_port() {
    local i
    for ((i = 0; i < 400; i++)); do
        if port_open "$1"; then return 0; fi
        if ((i > 40)) && ! alive "$2"; then break; fi
        sleep 0.05
    done
    tail -n 20 "$DIR/log" >&2 || true
    die "nothing listens on port $1; see $DIR/log"
}

# alive PIDFILE: the process group still runs and is one of DIR's, not a stranger with the same number.
alive() {
    local pid
    [ -s "$1" ] || return 1
    pid=$(tr -dc 0-9 <"$1")
    if [ -z "$pid" ] || ! group_runs "$pid"; then return 1; fi
    { cat "/proc/$pid/cmdline" "/proc/$pid/environ" 2>/dev/null || true; } | tr '\0' '\n' | grep -F -- "$DIR/" >/dev/null
}

# True while the process group has a member that is not a zombie; strangers may vanish while they are listed.
group_runs() {
    { cat /proc/[0-9]*/stat 2>/dev/null || true; } | sed 's/.*) //' \
        | awk -v group="$1" '$3 == group && $1 != "Z" { found = 1 } END { exit !found }'
}

# stop PIDFILE...: TERM to each recorded process and 10 s to end with its children, then KILL for its group;
# with --now KILL at once. Every daemon was started with setsid, so its group holds only its own children.
stop() {
    local f pid i
    for f in "$@"; do
        if alive "$f"; then
            pid=$(tr -dc 0-9 <"$f")
            if [ -z "$NOW" ]; then
                kill -TERM "$pid" 2>/dev/null || true
                for ((i = 0; i < 200; i++)); do
                    group_runs "$pid" || break
                    ((i != 40)) || kill -TERM -- "-$pid" 2>/dev/null || true
                    sleep 0.05
                done
            fi
            kill -KILL -- "-$pid" 2>/dev/null || true
            for ((i = 0; i < 100; i++)); do group_runs "$pid" || break; sleep 0.02; done
        fi
        rm -f "$f"
    done
}

# daemon PIDFILE COMMAND...: in the background, in a session of its own, as the server's user. The pid file is
# written before the command replaces the shell, so it names the server itself.
daemon() {
    local pidfile=$1; shift
    rm -f "$pidfile"
    trap '[ $? = 0 ] || "$HERE/${SCRIPT%-up}-down" --now "$DIR"' EXIT  # nothing half started stays behind
    # shellcheck disable=SC2016  # expanded by the inner shell
    as_user setsid --fork bash -c 'echo $$ >"$1"; shift; exec "$@"' daemon "$pidfile" "$@" \
        </dev/null >>"$DIR/log" 2>&1
}

# Ends the server when the process TEST_SERVERS_OWNER is gone, so that a killed test run leaves nothing behind.
watch_owner() {
    local pidfile=$1
    [ -n "${TEST_SERVERS_OWNER:-}" ] || return 0
    # shellcheck disable=SC2016
    setsid --fork bash -c 'while [ -s "$3" ]; do
        if ! kill -0 "$1"; then exec "$2" --now "$4"; fi
        sleep 2
    done' watch "$TEST_SERVERS_OWNER" "$HERE/${SCRIPT%-up}-down" "$pidfile" "$DIR" </dev/null >/dev/null 2>&1
}

user_names() { local i; for ((i = 1; i <= N_USERS; i++)); do printf 'user%04d\n' "$i"; done; }

# users_known: how many users an earlier start in DIR has made.
users_known() { cat "$DIR/users.count" 2>/dev/null || echo 0; }

# A throw-away key and certificate for localhost.
make_cert() {
    [ ! -s "$DIR/tls.pem" ] || return 0
    as_user openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
        -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
        -keyout "$DIR/tls.key" -out "$DIR/tls.crt" 2>/dev/null || die "openssl could not make a certificate"
    cat "$DIR/tls.key" "$DIR/tls.crt" | write "$DIR/tls.pem"
    as_user chmod 600 "$DIR/tls.key" "$DIR/tls.pem"
}

# unpack NAME PACKAGE...: downloads the packages and the libraries this machine lacks, once, and unpacks them side
# by side in $ROOT without installing, so that their Conflicts: lines (with Dovecot, with each other) do not matter.
unpack() {
    local name=$1 cache libs missing; shift
    need apt-get "apt (these servers come from Debian packages)"
    if [ "$(id -u)" = 0 ]; then cache=/var/cache/imapmirror-test-servers
    else cache=${XDG_CACHE_HOME:-$HOME/.cache}/imapmirror-test-servers; fi
    cache=${TEST_SERVERS_CACHE:-$cache}
    ROOT=$cache/$name
    if [ ! -e "$ROOT/.complete" ]; then
        mkdir -p "$cache"
        (
            flock 9
            [ ! -e "$ROOT/.complete" ] || exit 0
            rm -rf "$ROOT" "$ROOT.deb"; mkdir -p "$ROOT" "$ROOT.deb"
            # libclamav is only for Cyrus' virus scanner, which is not used here.
            libs=$(LC_ALL=C apt-cache depends "$@" | sed -n 's/^ *|\{0,1\}Depends: \(lib[^ ]*\)$/\1/p' \
                | grep -vE '^libclamav|^libfam0$' | sort -u)
            # shellcheck disable=SC2086  # a list of package names
            missing=$(LC_ALL=C apt-get -s install --no-install-recommends --no-upgrade $libs \
                | sed -n 's/^Inst \([^ ]*\) (.*/\1/p')
            cd "$ROOT.deb"
            # shellcheck disable=SC2086
            apt-get -qq -o APT::Sandbox::User="$(id -un)" download "$@" $missing >&2
            for deb in *.deb; do dpkg -x "$deb" "$ROOT"; done
            cd /; rm -rf "$ROOT.deb"
            chmod -R a+rX "$ROOT"
            touch "$ROOT/.complete"
        ) 9>"$cache/$name.lock" || die "could not unpack $* (are the package lists there? apt-get update)"
    fi
    as_user test -r "$ROOT/.complete" || die "user $RUN_USER cannot read $ROOT; set TEST_SERVERS_CACHE"
    LIBS=$ROOT/usr/lib
    for d in "$ROOT"/usr/lib/*-linux-gnu "$ROOT"/lib/*-linux-gnu; do LIBS+=:$d; done
}
