# Read by a language's tests/misuse whose programs play one row each: what is played, what leaves, and what is compiled. Needs
# $program, which plays the row that it is given, and $BUILD.

emulator=${GRAPH_BASE_URL%/v1.0}/_emulator
fail() { echo "FAILED: $*"; exit 1; }
mails() { curl -sSf "$emulator/mails" | grep -o '"draft_id"' | wc -l; }
fault() { curl -sSf -H 'Content-Type: application/json' -d "$1" "$emulator/faults" >/dev/null || fail "no fault"; }

# played ROW MAILS [CODE]: of the row so many mails leave, and the program ends with CODE, 0 without one. What it says is in
# $BUILD/said, too.
played() {
    before=$(mails)
    timeout 100 ${checker:-} "$program" "$1" >"$BUILD/said" 2>&1
    code=$?
    cat "$BUILD/said"
    [ $code = "${3:-0}" ] || fail "$1 ended with $code"
    [ $(($(mails) - before)) = "$2" ] || fail "$1: $(($(mails) - before)) mails left, and not $2"
}

# checked ROW MAILS [CODE]: the same under valgrind. Not for rows that measure memory or that wait for a fixed time.
checked() {
    checker='valgrind --quiet --error-exitcode=99'
    played "$@"
    checker=
}

# takes STATEMENT and refuses STATEMENT: whether the compiler takes it, in the program that `compiles` makes of it.
takes() { compiles "$1" || fail "is not compiled: $1"; }
refuses() { ! compiles "$1" || fail "is compiled: $1"; }

# Without a library the program does not begin.
no_library() {
    LD_LIBRARY_PATH=$BUILD "$program" old-library 2>"$BUILD/said"
    [ $? = 127 ] && grep -q 'libgraph_message.so.1: cannot open' "$BUILD/said" || fail "no library: $(cat "$BUILD/said")"
}
