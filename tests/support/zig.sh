# Read by scripts that build for an older glibc: cargo-zigbuild and zig, in an environment of Python's. Needs $target, the folder
# that cargo builds into, and packages.sh.

# Gives $zig, the environment: cargo finds cargo-zigbuild with $zig/bin in the PATH, and "$zig/bin/python-zig" is zig.
prepare_zig() {
  local packages=(cargo-zigbuild==0.24.1 ziglang==0.17.1)
  zig=$target/zig
  [ "$(cat "$zig/packages" 2>/dev/null)" != "${packages[*]}" ] || return 0
  need_venv
  rm -rf "$zig"
  python3 -m venv "$zig" && "$zig/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}"
  # Made last: an environment without it is half of one.
  echo "${packages[*]}" >"$zig/packages"
}
