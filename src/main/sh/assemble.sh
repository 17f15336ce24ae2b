#!/bin/sh
# assemble.sh VERSION TARGET JAVA_HOME: lays out TARGET/lockstep, packs it as TARGET/lockstep-VERSION.tar.gz, and makes
# its class archive. Expects the jar, the native libraries, picocli's sources, and TARGET/classpath, which lists the jars
# of others.
#
# TARGET/lockstep appears at once and whole, and lib/lockstep.build is what says so: the launcher takes a checkout
# without it as not built. The archive is made last, since it is good for the folder's final name only.

set -eu

version=$1 target=$2 java_home=$3
sh=$(cd "${0%/*}" && pwd)
root=$(cd "$sh/../../.." && pwd)
name=lockstep-$version
stage=$target/$name

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
    "$java_home/bin/jar" -uf "$sources.part" -C "$sources/classes" .
    mv "$sources.part" "$sources.jar"
  fi
  cp "$sources.jar" "$stage/lib/"
}

rm -rf "$target/lockstep" "$stage"
mkdir -p "$stage/bin" "$stage/lib"

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

jars=lockstep.jar
classpath=$stage/lib/lockstep.jar
others=$(cat "$target/classpath")
IFS=:
for jar in $others; do
  case $jar in
    */picocli-*) modernize "$jar" ;;
    *) cp "$jar" "$stage/lib/" ;;
  esac
  jars=$jars:${jar##*/}
  classpath=$classpath:$stage/lib/${jar##*/}
done
unset IFS

sh "$sh/record-classes.sh" "$java_home/bin/java" "$classpath" "$target/classes" "$target/native" "$target/training" \
  >"$stage/lib/lockstep.classlist"

chmod -R u=rwX,go=rX "$stage"
sum=$({ echo "$jars"; cat "$stage/lib/lockstep.jar" "$stage/lib/lockstep.classlist"; } | cksum)
printf '%s %s\n' "$version-${sum%% *}" "$jars" >"$stage/lib/lockstep.build"

(cd "$target" && tar -cf - "$name") | gzip -1 >"$target/$name.tar.gz.part"
mv -f "$target/$name.tar.gz.part" "$target/$name.tar.gz"
mv "$stage" "$target/lockstep"
JAVA_HOME=$java_home "$target/lockstep/bin/lockstep" version >/dev/null
