#!/bin/sh
# reproduce.sh FOLDER [MAVEN OPTION...]: makes a release of this checkout twice, in two folders below FOLDER, and compares them byte by
# byte. The second build takes the recorded list of classes of the first, which whoever
# rebuilds a release finds in its tarball.

set -eu

folder=$1
shift
root=$(cd "${0%/*}/../../.." && pwd)
one=$folder/one two="$folder/the other one"

# make_in FOLDER OPTION...: of the sources alone, for nobody has built there.
make_in() {
  checkout=$1
  shift
  rm -rf "$checkout"
  mkdir -p "$checkout"
  (cd "$root" && git ls-files -z --cached --others --exclude-standard | xargs -0 tar -cf -) | tar -xf - -C "$checkout"
  (cd "$checkout" && mvn -B -q -Prelease -Dmaven.test.skip=true pre-integration-test "$@") </dev/null
}

make_in "$one" "$@"
cp "$one/target/lockstep/lib/lockstep.classlist" "$folder/classlist"
make_in "$two" "-Dlockstep.classlist=$(cd "$folder" && pwd)/classlist" "$@"

status=0
for file in "$one"/target/release/*; do
  if cmp "$file" "$two/target/release/${file##*/}"; then
    echo "the same: ${file##*/}"
  else
    status=1
  fi
done
[ "$(ls "$one/target/release")" = "$(ls "$two/target/release")" ] || status=1
exit $status
