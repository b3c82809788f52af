# Read by scripts that need tools: installs the Debian packages of those that are missing.

as_root=$([ "$(id -u)" = 0 ] || echo sudo)

# need_packages COMMAND:PACKAGE ...
need_packages() {
  local pair missing=()
  for pair in "$@"; do
    PATH="$PATH:/usr/sbin:/sbin" command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
  done
  [ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"
}

# install_packages PACKAGE ...: one script after the other, which apt would not wait for.
install_packages() {
  echo "installing: $*"
  local lock
  exec {lock}>"${TMPDIR:-/tmp}/graph-message-packages"
  flock "$lock"
  # A server package starts its server when installed; these are started by the tests, on ports of their own.
  $as_root apt-get update -qq
  $as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null
  exec {lock}>&-
}
