# Read by scripts that send mails: an emulated mailbox, drafts in it, and how many mails left. Needs $target, the folder that
# cargo builds into, $work, a scratch folder, and fail.

emulator=
trap 'kill $emulator 2>/dev/null || true' EXIT

# Gives $base, the URL that takes the place of Graph's.
start_emulator() {
  cargo build --quiet -p graph-emulator
  "$target/debug/graph-emulator" --port 0 --concurrency 0 --move-delay-ms 0 >"$work/emulator" &
  emulator=$!
  for _ in $(seq 100); do
    base=$(grep -so 'http://127.0.0.1:[0-9]*/v1.0' "$work/emulator" | head -1) && [ -n "$base" ] && return
    sleep 0.1
  done
  fail "the emulator did not start"
}

# Makes a draft and prints its id.
draft() {
  curl -sSf -H 'Authorization: Bearer user-token' -H 'Content-Type: application/json' "$base/me/messages" \
    -d '{"subject":"x","toRecipients":[{"emailAddress":{"address":"lee@fabrikam.example"}}]}' |
    grep -o '"id":"[^"]*"' | head -1 | cut -d '"' -f 4
}

# How many mails left.
sent() { curl -sSf "${base%/v1.0}/_emulator/mails" | tr ',' '\n' | grep -c '"draft_id"' || true; }

# sends COMMAND ...: the program sends a draft, is told so, and one mail leaves. It takes a token, a draft and a URL.
sends() {
  local before said program=${*: -1}
  before=$(sent)
  said=$("$@" user-token "$(draft)" "$base") || fail "$program said: $said"
  echo "${program##*/}: $said"
  [[ $said = sent* ]] || fail "$program said: $said"
  [ $(($(sent) - before)) = 1 ] || fail "$program sent $(($(sent) - before)) mails"
}
