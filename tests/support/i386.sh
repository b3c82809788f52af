# Read by scripts that run 32-bit programs: an i386 Debian in cargo's target folder, because an amd64 one has no 32-bit Wine, and
# is no 32-bit system. Needs root, $target, the folder that cargo builds into, $work, a scratch folder, packages.sh and fail.

root=$target/i386
i386_folder=
# Held by every script that uses it: the last of those that run at once takes what they share away.
i386_lock=

# prepare_i386 FOLDER [PACKAGE ...]: it has these packages, and sees FOLDER under its own name until leave_i386.
prepare_i386() {
  local folder=$1 codename mirror package missing=()
  [ -z "$i386_folder" ] || return 0
  shift
  need_packages debootstrap:debootstrap
  exec {i386_lock}>"$root.lock"
  flock "$i386_lock"
  # The stamp is made last: a folder without it is half of one.
  if [ ! -e "$root/complete" ]; then
    find_mirror
    $as_root rm -rf "$root"
    $as_root /usr/sbin/debootstrap --arch=i386 --variant=minbase --include=ca-certificates "$codename" "$root" "$mirror" \
      >"$work/debootstrap" 2>&1 || fail "no i386 Debian: $(tail -n 3 "$work/debootstrap")"
    $as_root touch "$root/complete"
  fi
  $as_root cp /etc/hosts /etc/resolv.conf "$root/etc"
  i386_folder=$root$folder
  $as_root mkdir -p "$i386_folder"
  mountpoint -q "$root/proc" || $as_root mount -t proc proc "$root/proc"
  $as_root mount --bind "$folder" "$i386_folder"
  for package; do
    $as_root chroot "$root" dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] || {
    echo "installing in the i386 Debian: ${missing[*]}"
    $as_root chroot "$root" apt-get update -qq
    $as_root chroot "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C \
      apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  }
  flock --shared "$i386_lock"
}

leave_i386() {
  [ -n "$i386_folder" ] || return 0
  if mountpoint -q "$i386_folder"; then $as_root umount "$i386_folder"; fi
  if flock --nonblock "$i386_lock" && mountpoint -q "$root/proc"; then $as_root umount "$root/proc"; fi
  exec {i386_lock}>&-
  $as_root rmdir "$i386_folder" || true
  i386_folder=
}
