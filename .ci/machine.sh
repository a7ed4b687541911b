# shellcheck shell=bash
# What the machine needs beyond Rust, Node and Python, from the package registries only.

GARAGE_VERSION=2.5.0
DENY_VERSION=0.20.2
PACKAGES='chromium curl ffmpeg fonts-noto-cjk libarchive-tools libreoffice-calc-nogui libreoffice-impress-nogui
    libreoffice-writer-nogui ldap-utils openssl p7zip-full poppler-utils postgresql slapd unzip'

prepare() {
    install_packages
    install_python_packages
    local folder
    for folder in web tests/browser tests/clients tests/sign_on; do
        [ ! -f "$folder/package-lock.json" ] || npm ci --prefix "$folder" --no-audit --no-fund --loglevel=error
    done
}

install_packages() {
    local missing=() package
    for package in $PACKAGES; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$WORK/apt.log" 2>&1 ||
        { tail -n 40 "$WORK/apt.log"; return 1; }
}

install_python_packages() {
    [ -x "$CACHE/venv/bin/python" ] || python3 -m venv "$CACHE/venv"
    "$CACHE/venv/bin/pip" install --quiet --disable-pip-version-check \
        -r .ci/requirements.txt -r tests/clients/requirements.txt -r tests/sign_on/requirements.txt
}

# A folder in memory, if the machine has one that is large and lets programs run; else the usual one. What kill -9 leaves
# is the same on both.
quick_folder() {
    local folder=/dev/shm probe
    if [ -w "$folder" ] && [ "$(df --output=avail -k "$folder" | tail -n 1)" -gt 4000000 ] &&
        probe=$(mktemp "$folder/probe.XXXXXX"); then
        printf '#!/bin/sh\n' >"$probe"
        chmod +x "$probe"
        if "$probe" 2>/dev/null; then rm -f "$probe"; echo "$folder"; return; fi
        rm -f "$probe"
    fi
    echo "${TMPDIR:-/tmp}"
}

garage_binary() { echo "$CACHE/garage-$GARAGE_VERSION/bin/garage"; }
deny_binary() { echo "$CACHE/cargo-deny-$DENY_VERSION/bin/cargo-deny"; }

# A real S3 server and the licence check take minutes to compile; they do so beside everything else, and once.
build_tools_beside() {
    TOOLS_BUILD=''
    [ ! -x "$(garage_binary)" ] || [ ! -x "$(deny_binary)" ] || return 0
    { build_tool garage "$GARAGE_VERSION" && build_tool cargo-deny "$DENY_VERSION"; } >"$WORK/tools.log" 2>&1 </dev/null &
    TOOLS_BUILD=$!
}

# In a target folder of its own, as it is a stranger's; without link-time optimisation, which takes a third of the time.
build_tool() {
    env -u CARGO_TARGET_DIR CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
        nice -n 19 cargo install "$1" --version "$2" --locked --quiet --root "$CACHE/$1-$2"
}

wait_for_tools() {
    [ -n "$TOOLS_BUILD" ] || return 0
    wait "$TOOLS_BUILD" || { tail -n 40 "$WORK/tools.log"; return 1; }
}
