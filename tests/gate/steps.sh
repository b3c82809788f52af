# Read by the gate's scripts: what begins and how long what went before took, and what is built and computed while tests wait.

began=0
used=0
scratch=$(mktemp -d)
worker=
trap 'stop' EXIT

# Gives $now and $processor: seconds since the script began, and the processors' seconds in what it ran and waited for.
clock() {
  local stat
  read -r -a stat </proc/$$/stat
  now=$SECONDS processor=$(((stat[13] + stat[14] + stat[15] + stat[16]) / $(getconf CLK_TCK)))
}

# step TITLE
step() {
  took
  printf '\n== %s (after %s s)\n' "$*" "$now"
}

# How long the step took that ends here.
took() {
  clock
  [ "$now" = 0 ] || echo "-- took $((now - began)) s, $((processor - used)) s of the processors"
  began=$now used=$processor
}

# beside WORK ...: begins work, one after the other; each is a function, one command, whose name has _ for -. It has the processors
# only where nothing else wants them: most tests wait, and none of them should wait for this.
beside() {
  # A group of its own, which can be ended as one.
  set -m
  (
    chrt --idle --pid 0 "$BASHPID"
    TIMEFORMAT='-- took %0R s beside other steps, %0U + %0S s of the processors'
    for one; do
      failed=0
      { time "${one//-/_}"; } >"$scratch/$one.log" 2>&1 || failed=$?
      mv "$scratch/$one.log" "$scratch/$one.$failed"
    done
    # Until the script ends: what it took would be counted to the step that runs then.
    exec sleep infinity
  ) </dev/null &
  worker=$!
  set +m
}

# finished WORK: waits for that, shows what it said, and fails if it failed.
finished() {
  local ended
  until ended=$(compgen -G "$scratch/$1.[0-9]*"); do
    kill -0 "$worker" || { echo "FAILED: $1 was ended" >&2; exit 1; }
    sleep 0.5
  done
  aloud cat "$ended"
  [ "$ended" = "$scratch/$1.0" ] || { echo "FAILED: $1" >&2; exit 1; }
}

# aloud COMMAND ...: of what it leaves out the script speaks again, by left_out.
aloud() { "$@" 2>&1 | tee -a "$scratch/said"; }
left_out() { grep -hE '^(skipped|left out): ' "$scratch/said" || true; }

stop() {
  [ -z "$worker" ] || kill -- "-$worker" 2>/dev/null || true
  rm -rf "$scratch"
}
