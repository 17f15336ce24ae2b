#!/bin/sh
# package-deb.sh VERSION TARGET JAVA_HOME TIME [ARCHITECTURE...]: makes TARGET/lockstep_VERSION_ARCHITECTURE.deb of the tarball,
# for amd64 and arm64; without one, for this machine's. DEBFULLNAME and DEBEMAIL in the environment name whoever packages it,
# and answers for that.

set -eu

version=$1 target=$2 java_home=$3 time=$4
shift 4
sh=$(cd "${0%/*}" && pwd)
templates=$sh/../packaging/debian
. "$sh/archive.sh"
# A snapshot is older than the release that it becomes.
debian_version=$(printf '%s\n' "$version" | sed 's/-SNAPSHOT$/~snapshot/')
maintainer="${DEBFULLNAME:-lockstep maintainers} <${DEBEMAIL:-maintainers@lockstep.invalid}>"
SOURCE_DATE_EPOCH=$(date -u -d "$time" +%s)
export SOURCE_DATE_EPOCH

# install_as MODE FILE NAME: copies a file into the package.
install_as() {
  mkdir -p "$root/${3%/*}"
  cp "$2" "$root/$3"
  chmod "$1" "$root/$3"
}

fill() {
  sed -e "s/@VERSION@/$debian_version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@SIZE@/${size-}/" \
    -e "s/@MAINTAINER@/$maintainer/" -e "s/@DATE@/$(LC_ALL=C date -u -d "$time" '+%a, %d %b %Y %H:%M:%S +0000')/" "$1"
}

build() {
  architecture=$1
  case $architecture in
    amd64) system=Linux/x86_64 ;;
    arm64) system=Linux/aarch64 ;;
    *)
      echo "package-deb: $architecture is neither amd64 nor arm64" >&2
      exit 2
      ;;
  esac
  unpacked=$target/debian-$architecture/lockstep
  root=$target/debian-$architecture/root
  rm -rf "$target/debian-$architecture"
  mkdir -p "$root/DEBIAN" "$root/usr/lib/lockstep" "$root/usr/bin" "$root/usr/share/doc/lockstep"
  unpack "$target/lockstep-$version.tar.gz" "$unpacked"
  for_one_system "$java_home" "$time" "$unpacked" "$system"

  mv "$unpacked/bin" "$unpacked/lib" "$root/usr/lib/lockstep/"
  ln -s ../lib/lockstep/bin/lockstep "$root/usr/bin/lockstep"
  mv "$unpacked/share" "$root/usr/share/lockstep"
  for page in "$unpacked"/man/*.[1-9]; do
    section=${page##*.}
    mkdir -p "$root/usr/share/man/man$section"
    gzip -9n <"$page" >"$root/usr/share/man/man$section/${page##*/}.gz"
  done
  install_as 644 "$unpacked/completions/lockstep.bash" usr/share/bash-completion/completions/lockstep
  install_as 644 "$unpacked/completions/_lockstep" usr/share/zsh/vendor-completions/_lockstep
  install_as 644 "$unpacked/completions/lockstep.fish" usr/share/fish/vendor_completions.d/lockstep.fish
  install_as 644 "$templates/copyright" usr/share/doc/lockstep/copyright
  install_as 644 "$unpacked/README.md" usr/share/doc/lockstep/README.md
  install_as 644 "$unpacked/CHANGELOG.md" usr/share/doc/lockstep/NEWS.md
  mv "$unpacked/examples" "$root/usr/share/doc/lockstep/examples"
  fill "$templates/changelog" | gzip -9n >"$root/usr/share/doc/lockstep/changelog.gz"
  install_as 644 "$templates/lintian-overrides" usr/share/lintian/overrides/lockstep

  stamp "$time" "$root"
  for script in postinst prerm postrm; do
    install_as 755 "$templates/$script" "DEBIAN/$script"
  done
  size=$(du -k -s --apparent-size "$root/usr" | cut -f1)
  fill "$templates/control" >"$root/DEBIAN/control"
  (cd "$root" && find usr -type f | LC_ALL=C sort | xargs md5sum) >"$root/DEBIAN/md5sums"
  chmod 644 "$root/DEBIAN/control" "$root/DEBIAN/md5sums"
  package=$target/lockstep_${debian_version}_$architecture.deb
  rm -f "$target"/lockstep_*_"$architecture".deb
  # The jars are compressed; more than gzip gains nothing.
  dpkg-deb --root-owner-group -Zgzip -z6 --build "$root" "$package.part" >/dev/null
  mv -f "$package.part" "$package"
  rm -rf "$target/debian-$architecture"
}

[ $# -gt 0 ] || set -- "$(dpkg --print-architecture)"
for architecture in "$@"; do
  build "$architecture"
done
