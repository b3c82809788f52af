# Read by scripts that run Windows programs: a Wine of 64 and one of 32 bit, in $work. Needs what packages.sh and i386.sh need.

. tests/support/packages.sh
. tests/support/i386.sh

# start_wine BITS
start_wine() {
  case $1 in
    64) need_packages /usr/lib/wine/wine64:wine64 ;;
    32) prepare_i386 "$work" wine wine32 ;;
  esac
  wine "$1" wineboot --init >/dev/null 2>&1 || fail "Wine of $1 bit does not start"
}

# wine BITS PROGRAM ...
wine() {
  local bits=$1
  shift
  case $bits in
    64) WINEPREFIX=$work/wine64 WINEDEBUG=-all /usr/lib/wine/wine64 "$@" ;;
    32) $as_root chroot "$root" env "WINEPREFIX=$work/wine32" WINEDEBUG=-all /usr/lib/wine/wine "$@" ;;
  esac
}

# A Wine keeps its folder until its server has ended.
end_wine() {
  [ ! -d "$work/wine64" ] || WINEPREFIX=$work/wine64 /usr/lib/wine/wineserver64 -k || true
  [ ! -d "$work/wine32" ] || $as_root chroot "$root" env "WINEPREFIX=$work/wine32" /usr/lib/wine/wineserver32 -k || true
  leave_i386
}
