# shellcheck shell=bash
# Sourced by the *-up and *-down scripts; see README.md.
#
# The tests start and stop servers a thousand times, and to start another program costs more than anything else here on
# some machines: what Bash can do itself, it does.
set -euo pipefail
umask 022

HERE=${BASH_SOURCE[0]%/*}
[[ $HERE == /* ]] || HERE=$PWD/$HERE
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
    absolute "$1"
    PORT=$2 N_USERS=${3:-10}
    [[ $PORT =~ ^[0-9]+$ ]] || die "PORT must be a number: $PORT"
    [[ $N_USERS =~ ^[0-9]+$ ]] || die "N_USERS must be a number: $N_USERS"
    # A Unix socket path holds 107 bytes and the servers add up to 35 to DIR.
    [ ${#DIR} -le 72 ] || die "DIR is longer than 72 characters (Unix sockets live in it): $DIR"
    [[ $DIR != *[[:space:]]* ]] || die "DIR must not contain white space: $DIR"
    need openssl openssl
    need setsid util-linux
    need "$PYTHON" python3
    # The servers refuse to serve mail as root, so root lends them another user.
    local who
    if ((EUID == 0)); then who=$(id "${TEST_SERVERS_USER:-nobody}"); else who=$(id); fi
    [[ $who =~ ^uid=([0-9]+)\(([^\)]*)\)\ gid=([0-9]+)\(([^\)]*)\) ]] || die "no such user: ${TEST_SERVERS_USER:-nobody}"
    RUN_UID=${BASH_REMATCH[1]} RUN_USER=${BASH_REMATCH[2]} RUN_GID=${BASH_REMATCH[3]} RUN_GROUP=${BASH_REMATCH[4]}
    prepare_dir
}

# absolute DIR: sets DIR.
absolute() {
    DIR=$1
    [[ $DIR == /* && ! $DIR/ =~ //|/\.\.?/ ]] || DIR=$(realpath -m -- "$DIR")
}

down_arguments() {
    NOW=
    if [ "${1:-}" = --now ]; then NOW=yes; shift; fi
    [ $# -eq 1 ] || die "usage: $SCRIPT [--now] DIR"
    absolute "$1"
}

as_user() {
    if ((EUID == 0)); then
        setpriv --reuid "$RUN_UID" --regid "$RUN_GID" --clear-groups -- "$@"
    else
        "$@"
    fi
}

# write FILE: standard input, text, becomes a file; see own.
write() {
    local text
    IFS= read -r -d '' text || true
    printf %s "$text" >"$1"
}

# own FILE...: they belong to the server's user.
own() { ((EUID != 0)) || chown -h "$RUN_UID:$RUN_GID" -- "$@"; }

# The folder's owner changes when root calls, so a wrong DIR (/tmp, a source tree) is refused.
prepare_dir() {
    [ -d "$DIR" ] || mkdir -p "$DIR"
    if [ ! -e "$DIR/.$SCRIPT" ]; then
        [ -z "$(shopt -s nullglob dotglob; echo "$DIR"/*)" ] || die "$DIR is neither empty nor from an earlier $SCRIPT"
        : >"$DIR/.$SCRIPT"
        own "$DIR" "$DIR/.$SCRIPT"
    fi
}

port_open() { { : <>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null; }

# pause SECONDS
pause() {
    [ -n "${SILENCE:-}" ] || exec {SILENCE}<> <(:)
    read -rt "$1" -u "$SILENCE" || true
}

require_free() {
    local p
    for p in "$@"; do ! port_open "$p" || die "port $p is already in use"; done
}

# wait_port PORT PIDFILE: until it answers; 20 s at most; fails at once when the process is gone.
wait_port() {
    local i
    for ((i = 0; i < 1000; i++)); do
        if port_open "$1"; then
            # Another server may have taken the port between the look and the start.
            alive "$2" || die "port $1 is already in use by another server"
            return 0
        fi
        if ((i > 100)) && ! alive "$2"; then break; fi
        pause 0.02
    done
    as_user test -w "$DIR" -a -x "$DIR" \
        || die "user $RUN_USER cannot reach $DIR: each folder above it must be open to others (chmod o+x)"
    tail -n 20 "$DIR/log" >&2 || true
    die "nothing listens on port $1; see $DIR/log"
}

# alive PIDFILE: the process group still runs and is one of DIR's, not a stranger with the same number.
alive() {
    local pid file
    local -a words
    [ -s "$1" ] || return 1
    read -r pid <"$1" || true
    if [[ ! $pid =~ ^[0-9]+$ ]] || ! group_runs "$pid"; then return 1; fi
    for file in cmdline environ; do
        { mapfile -t -d '' words <"/proc/$pid/$file"; } 2>/dev/null || continue
        if [[ "${words[*]}" == *"$DIR/"* ]]; then return 0; fi
    done
    return 1
}

# True while the process group has a member that is not a zombie; strangers may vanish while they are listed.
group_runs() {
    local file line state group
    kill -0 -- "-$1" 2>/dev/null || return 1
    for file in "/proc/$1/stat" /proc/[0-9]*/stat; do
        { IFS= read -r line <"$file"; } 2>/dev/null || continue
        read -r state _ group _ <<<"${line##*) }"
        if [ "$group" = "$1" ] && [ "$state" != Z ]; then return 0; fi
    done
    return 1
}

# stop PIDFILE...: TERM to each recorded process and 10 s to end with its children, then KILL for its group;
# with --now KILL at once. Every daemon was started with setsid, so its group holds only its own children.
stop() {
    local f pid i
    for f in "$@"; do
        if alive "$f"; then
            read -r pid <"$f"
            if [ -z "$NOW" ]; then
                kill -TERM "$pid" 2>/dev/null || true
                for ((i = 0; i < 200; i++)); do
                    group_runs "$pid" || break
                    ((i != 40)) || kill -TERM -- "-$pid" 2>/dev/null || true
                    pause 0.05
                done
            fi
            kill -KILL -- "-$pid" 2>/dev/null || true
            for ((i = 0; i < 100; i++)); do group_runs "$pid" || break; pause 0.02; done
        fi
        rm -f "$f"
    done
}

# daemon PIDFILE COMMAND...: in the background, in a session of its own, as the server's user. Each of the programs is
# replaced by the next one, so the pid file names the server itself.
daemon() {
    local pidfile=$1; shift
    trap '[ $? = 0 ] || "$HERE/${SCRIPT%-up}-down" --now "$DIR"' EXIT  # nothing half started stays behind
    local -a become=(setsid)
    ((EUID != 0)) || become+=(setpriv --reuid "$RUN_UID" --regid "$RUN_GID" --clear-groups --)
    "${become[@]}" "$@" </dev/null >>"$DIR/log" 2>&1 &
    echo $! >"$pidfile"
}

# Ends the server when the process TEST_SERVERS_OWNER is gone, so that a killed test run leaves nothing behind.
watch_owner() {
    local pidfile=$1
    [ -n "${TEST_SERVERS_OWNER:-}" ] || return 0
    # shellcheck disable=SC2016  # expanded by the inner shell
    setsid bash -c 'exec 9<> <(:)
    while [ -s "$3" ]; do
        if ! kill -0 "$1"; then exec "$2" --now "$4"; fi
        read -rt 2 -u 9
    done' watch "$TEST_SERVERS_OWNER" "$HERE/${SCRIPT%-up}-down" "$pidfile" "$DIR" </dev/null >/dev/null 2>&1 &
}

# user_names FORMAT [FIRST]: a line for each user, with the name for each %s.
user_names() {
    local i name
    for ((i = ${2:-1}; i <= N_USERS; i++)); do
        printf -v name 'user%04d' "$i"
        echo "${1//%s/$name}"
    done
}

# users_known: how many users an earlier start in DIR has made.
users_known() { if [ -e "$DIR/users.count" ]; then echo "$(<"$DIR/users.count")"; else echo 0; fi; }

# A throw-away key and certificate for localhost.
make_cert() {
    [ ! -s "$DIR/tls.pem" ] || return 0
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
        -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
        -keyout "$DIR/tls.key" -out "$DIR/tls.crt" 2>/dev/null || die "openssl could not make a certificate"
    (umask 077 && echo "$(<"$DIR/tls.key")"$'\n'"$(<"$DIR/tls.crt")" >"$DIR/tls.pem")
    own "$DIR"/tls.{key,crt,pem}
}

# unpack NAME PACKAGE...: downloads the packages and the libraries this machine lacks, once, and unpacks them side
# by side in $ROOT without installing, so that their Conflicts: lines (with Dovecot, with each other) do not matter.
unpack() {
    local name=$1 cache libs missing; shift
    need apt-get "apt (these servers come from Debian packages)"
    if ((EUID == 0)); then cache=/var/cache/imapmirror-test-servers
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
