#!/bin/sh
# first-build.sh ROOT: builds a checkout for bin/lockstep, unless another process has just done so. Everything is said
# on standard error; standard output belongs to the command that waits for this.

root=$1
built=$root/target/lockstep/lib/lockstep.build
lock=$root/target/first-build.lock
patience=1800

fail() {
  printf 'lockstep: %s\n' "$2" >&2
  [ $# -lt 3 ] || printf 'hint: %s\n' "$3" >&2
  exit "$1"
}

alive() {
  [ -n "$1" ] && { kill -0 "$1" 2>/dev/null || [ -d "/proc/$1" ]; }
}

# A link is there at once with its content, so a lock always names its owner.
try_lock() {
  ln "$ticket" "$lock" 2>/dev/null
}

# Whoever finds the owner gone removes the lock, one at a time, and only after looking again.
break_lock() {
  mkdir "$lock.breaking" 2>/dev/null || return
  read -r owner 2>/dev/null <"$lock"
  alive "$owner" || rm -f "$lock"
  rmdir "$lock.breaking"
}

wait_for_lock() {
  waited=0
  until try_lock; do
    owner=
    read -r owner 2>/dev/null <"$lock" || continue
    if ! alive "$owner"; then
      break_lock
    elif [ $waited -eq 0 ]; then
      echo "lockstep: waiting for process $owner, which is building" >&2
    elif [ $waited -ge $patience ]; then
      fail 5 "process $owner has been building for half an hour" "if it is not, remove $lock"
    fi
    sleep 1
    waited=$((waited + 1))
  done
}

build() {
  command -v mvn >/dev/null || fail 2 "this checkout is not built, and there is no mvn on \$PATH" \
    'install Maven 3.6.3 or newer, or unpack a release tarball, which needs only Java'
  { [ -n "${JAVA_HOME-}" ] && [ -x "$JAVA_HOME/bin/javac" ]; } || command -v javac >/dev/null ||
    fail 2 'this checkout is not built, and there is no Java compiler' 'install a JDK, 17 or newer, or set JAVA_HOME'
  echo 'lockstep: building this checkout with Maven; the first time takes a minute or more' >&2
  (cd "$root" && mvn -B -q '-P!deb' -Dmaven.test.skip=true package) >&2 </dev/null || fail 1 'the build failed' "cd '$root' && mvn package"
  [ -f "$built" ] || fail 1 "the build left no $built"
}

mkdir -p "$root/target" || fail 2 "cannot build: $root is not writable"
ticket=$lock.$$
held=
trap 'rm -f "$ticket" ${held:+"$held"}' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
echo $$ >"$ticket"
wait_for_lock
held=$lock
[ -f "$built" ] || build
