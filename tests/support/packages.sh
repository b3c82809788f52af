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

# need_venv [PYTHON]: Debian's Python comes without the part that makes environments.
need_venv() {
  "${1:-python3}" -c 'import ensurepip, venv' 2>/dev/null || install_packages python3-venv
}

# Gives $python, with which bindings/declare and what else reads the header run: Debian's, with its parser of C.
need_header_reader() {
  python=/usr/bin/python3
  need_packages $python:python3
  $python -c 'import pycparser' 2>/dev/null || install_packages python3-pycparser
}

# Gives $codename and $mirror: this Debian, and where apt has it from.
find_mirror() {
  codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' |
    awk -v codename="$codename" '$2 == codename && $3 == "main" {print $1; exit}')
  [ -n "$mirror" ] || { echo "FAILED: apt is configured with no mirror of $codename" >&2; exit 1; }
}
