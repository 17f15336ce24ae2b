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
