#!/bin/sh
# release.sh VERSION TARGET JAVA_HOME TIME URL: puts what is published into TARGET/release, with SHA256SUMS. The URL is the one
# below which it will be found. Expects the tarball, the jars and the bill of materials; needs zip, and dpkg-deb for Debian's
# packages.

set -eu

version=$1 target=$2 java_home=$3 time=$4 url=${5%/}
sh=$(cd "${0%/*}" && pwd)
templates=$sh/../packaging
out=$target/release
name=lockstep-$version
. "$sh/archive.sh"

sum_of() {
  if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d' ' -f1
}

fill() {
  sed -e "s/@VERSION@/$version/g" -e "s,@URL@,$url,g" -e "s/@TARBALL_SHA256@/$(sum_of "$out/$name.tar.gz")/" \
    -e "s/@ZIP_SHA256@/$(sum_of "$out/$name.zip")/" -e "s/@IMAGE@/${image%.tar.gz}/g" "$1"
}

rm -rf "$out" "$target/zip"
mkdir -p "$out" "$target/zip"
rm -f "$target/$name"-*-*.tar.gz
sh "$sh/package-image.sh" "$version" "$target" "$java_home" "$time"
sh "$sh/package-deb.sh" "$version" "$target" "$java_home" "$time" amd64 arm64

cp "$target/$name.tar.gz" "$target/$name"-*-*.tar.gz "$target"/lockstep_*.deb "$out/"
image=$(cd "$out" && echo "$name"-*-*.tar.gz)
unpack "$target/$name.tar.gz" "$target/zip/$name"
stamp "$time" "$target/zip/$name"
(cd "$target/zip" && find "$name" | LC_ALL=C sort | TZ=UTC zip -q -X -@ "$out/$name.zip")
rm -rf "$target/zip"

cp "$target/$name-engine.jar" "$target/$name-sources.jar" "$target/$name-javadoc.jar" "$out/"
cp "$sh/../../../pom.xml" "$out/$name.pom"
cp "$target/lockstep.cdx.json" "$out/$name.cdx.json"
fill "$templates/homebrew/lockstep.rb" >"$out/lockstep.rb"
fill "$templates/sdkman/release.json" >"$out/sdkman.json"
fill "$templates/container/Containerfile" >"$out/Containerfile"

(cd "$out" && for file in *; do printf '%s  %s\n' "$(sum_of "$file")" "$file"; done) >"$target/SHA256SUMS"
mv "$target/SHA256SUMS" "$out/"
