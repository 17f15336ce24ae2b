# Packs folders so that the same content gives the same bytes, whoever packs it, where and when: in order of the names, with
# one time, and owned by root.
#
# shellcheck shell=sh

# stamp TIME FOLDER: gives all that is in it one time, 2026-01-01T00:00:00Z, and what it should be readable for everybody.
stamp() {
  chmod -R u=rwX,go=rX "$2"
  TZ=UTC find "$2" -exec touch -h -t "$(printf '%s\n' "$1" | sed 's/[-T:]//g; s/\(..\)Z$/.\1/')" {} +
}

# pack FOLDER NAME TARBALL: packs FOLDER/NAME, which is stamped.
pack() {
  (
    cd "$1"
    case $(tar --version 2>/dev/null) in
      *GNU*) options='--no-recursion --owner=0 --group=0 --numeric-owner' ;;
      *) options='-n --uid 0 --gid 0 --numeric-owner' ;;
    esac
    # shellcheck disable=SC2086 # options are words
    find "$2" | LC_ALL=C sort | tar --format=ustar $options -cf - -T -
  ) | gzip -n -6 >"$3.part"
  mv -f "$3.part" "$3"
}

# unpack TARBALL FOLDER: makes the folder, with what is in the tarball's only one.
unpack() {
  rm -rf "$2"
  mkdir -p "$2"
  gzip -dc "$1" | tar -xf - -C "$2"
  for only in "$2"/*; do
    mv "$only"/* "$2/"
    rmdir "$only"
  done
}

# jar_again JAVA_HOME TIME FOLDER JAR: packs what was unpacked from a jar.
jar_again() {
  (
    cd "$3"
    find . -type f | sed 's,^\./,,' | LC_ALL=C sort >"$3.list"
    "$1/bin/jar" --create --no-manifest --date="$2" --file="$4.part" "@$3.list"
    rm "$3.list"
  )
  mv -f "$4.part" "$4"
}

# for_one_system JAVA_HOME TIME FOLDER SYSTEM: leaves an unpacked lockstep with the libraries for one system alone, Linux/x86_64.
for_one_system() {
  case $4 in
    Linux/x86_64) others='linux/aarch64 darwin' ;;
    Linux/aarch64) others='linux/amd64 darwin' ;;
    Mac/x86_64) others='linux darwin/aarch64' ;;
    *) others='linux darwin/x86_64' ;;
  esac
  for driver in "$3"/lib/sqlite-jdbc-*.jar "$3"/lib/zstd-jni-*.jar; do
    rm -rf "$3.driver"
    mkdir "$3.driver"
    (cd "$3.driver" && "$1/bin/jar" --extract --file="$driver" && rm -rf org/sqlite/native $others)
    jar_again "$1" "$2" "$3.driver" "$driver"
    rm -rf "$3.driver"
  done
  mv "$3/lib/native" "$3/lib/native.all"
  mkdir -p "$3/lib/native/${4%/*}"
  mv "$3/lib/native.all/$4" "$3/lib/native/$4"
  rm -r "$3/lib/native.all"
}
