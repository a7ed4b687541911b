# shellcheck shell=bash
# Steps that are named, timed and bounded.

STEPS_DONE=()
STEP=''

# begin SENTENCE: names what follows, so that a failure can be named too.
begin() {
    STEP=$1
    printf '\n── %s\n' "$STEP"
}

# step SENTENCE SECONDS FUNCTION: runs the function, with all it starts, for at most that long. It runs in a shell of its
# own (`set -a` in .ci/run exports our functions to it), so what it sets is lost.
step() {
    local started=$SECONDS
    begin "$1"
    # In the background and waited for: so a signal to this script is heard at once.
    timeout --kill-after=10 "$2" bash -euo pipefail -c "$3" &
    wait $!
    STEPS_DONE+=("$(printf '%5d s  %s' $((SECONDS - started)) "$1")")
    STEP=''
}

finish() {
    printf '\n── 全部成立 · everything holds (%d s)\n' "$SECONDS"
    printf '%s\n' "${STEPS_DONE[@]}"
}

# leave STATUS: at the end of the script, however it comes.
leave() {
    local status=$1
    [ -z "$STEP" ] || printf '\n── 不成立 · does not hold: %s\n' "$STEP"
    stop_servers "$status"
    # A step that was interrupted, or the build of the object store, may still run: they are this shell's own jobs.
    jobs -p | xargs -r kill 2>/dev/null || true
    rm -rf "$WORK"
    exit "$status"
}

# wait_for WHAT SECONDS COMMAND…: until the command succeeds.
wait_for() {
    local what=$1 until=$((SECONDS + $2))
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$until" ] || { echo "$what: not within the time given"; return 1; }
        sleep 0.1
    done
}
