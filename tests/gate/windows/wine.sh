# Read by scripts that run Windows programs: a Wine of 64 and one of 32 bit, in $work. Needs what packages.sh and i386.sh
# need.

. tests/support/packages.sh
. tests/support/i386.sh

# start_wine BITS: a copy of one that was made once, since making it takes longer than most of what runs in it.
start_wine() {
  local made=$target/wine$1
  case $1 in
    64) need_packages /usr/lib/wine/wine64:wine64 ;;
    32) prepare_i386 "$work" wine wine32 ;;
  esac
  # The stamp is made last: a folder without it is half of one.
  if [ ! -e "$made/complete" ]; then
    $as_root rm -rf "$made"
    wine "$1" wineboot --init >/dev/null 2>&1 || fail "Wine of $1 bit does not start"
    end_wine_of "$1"
    $as_root cp -a "$work/wine$1" "$made"
    $as_root touch "$made/complete"
  else
    $as_root cp -a "$made" "$work/wine$1"
  fi
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

# end_wine_of BITS: a Wine keeps its folder, and writes into it, until its server has ended.
end_wine_of() {
  case $1 in
    64) WINEPREFIX=$work/wine64 /usr/lib/wine/wineserver64 -k -w || true ;;
    32) $as_root chroot "$root" env "WINEPREFIX=$work/wine32" /usr/lib/wine/wineserver32 -k -w || true ;;
  esac
}

end_wine() {
  [ ! -d "$work/wine64" ] || end_wine_of 64
  [ ! -d "$work/wine32" ] || end_wine_of 32
  leave_i386
}
