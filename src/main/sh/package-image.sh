#!/bin/sh
# package-image.sh VERSION TARGET JAVA_HOME TIME: makes TARGET/lockstep-VERSION-SYSTEM.tar.gz, which runs on this system without a
# Java: the tarball with a Java of its own in jre, the JAVA_HOME's, which has the modules that are needed and no other.

set -eu

version=$1 target=$2 java_home=$3 time=$4
sh=$(cd "${0%/*}" && pwd)
. "$sh/archive.sh"

case $(uname -s)-$(uname -m) in
  Linux-x86_64 | Linux-amd64) system=linux-x86_64 library=Linux/x86_64 ;;
  Linux-aarch64 | Linux-arm64) system=linux-aarch64 library=Linux/aarch64 ;;
  Darwin-x86_64) system=macos-x86_64 library=Mac/x86_64 ;;
  Darwin-arm64) system=macos-aarch64 library=Mac/aarch64 ;;
  *)
    echo "package-image: no image is made for $(uname -s) on $(uname -m)" >&2
    exit 2
    ;;
esac
name=lockstep-$version-$system
image=$target/image/$name

unpack "$target/lockstep-$version.tar.gz" "$image"
for_one_system "$java_home" "$time" "$image" "$library"

# What the jars name, without the windows that only a point of pgjdbc's is drawn in; and what is found by name at run time: TLS
# with elliptic curves, and Kerberos.
named=$("$java_home/bin/jdeps" --multi-release base --ignore-missing-deps --print-module-deps --class-path "$image/lib/*" \
  "$image"/lib/*.jar 2>/dev/null | grep '^java\.base')
modules=$(printf '%s\n' "$named" | tr , '\n' | grep -v '^java\.desktop$' | tr '\n' ,)jdk.crypto.ec,jdk.security.auth

"$java_home/bin/jlink" --add-modules "$modules" --output "$image/jre" --strip-java-debug-attributes --no-header-files \
  --no-man-pages --compress=2
# Its own archive of classes would serve no command: each has that of lockstep.
rm -f "$image"/jre/lib/server/*.jsa

stamp "$time" "$image"
pack "$target/image" "$name" "$target/$name.tar.gz"
rm -rf "$target/image"
