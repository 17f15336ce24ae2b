# Makes the class archive of an installation for one Java, and prints the record that bin/lockstep keeps looking for.
#
# bin/lockstep sources this, in a subshell, when it has no record of $java; it gives $lib, $build, $classpath, $cache
# and `fail`. An archive serves one version of Java and one folder only, so it is made where it is used, from the list
# of classes that the build wrote. It lies beside the jars, or in the user's cache where those cannot be written to.
# All of this is for speed: where it does not work, lockstep starts without.
#
# shellcheck shell=sh disable=SC2154

# A record is one line, its fields separated by '|': build, lib, java, release file, the version line in it, locale,
# JVM options, archive (empty: none).
records_kept=8

settings() {
  unset JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS
  LC_ALL=$1 "$java" -XshowSettings:properties -version 2>&1 </dev/null
}

# Leaves $java_home and $java_version (17, 25).
read_settings() {
  java_home=
  java_version=
  while read -r key _ value; do
    case $key in
      java.home) java_home=$value ;;
      java.specification.version) java_version=${value#1.} ;;
    esac
  done <<END
$1
END
}

# The line of a JDK's release file that changes with each update.
version_line() {
  while read -r line; do
    case $line in
      JAVA_RUNTIME_VERSION=* | JAVA_VERSION=*)
        printf '%s\n' "$line"
        return
        ;;
    esac
  done <"$1"
  echo -
}

# A locale in which Java reads UTF-8, or nothing; C.UTF-8 is missing on some older systems. It is tried, not looked up.
utf8_locale() {
  case $1 in
    *sun.jnu.encoding\ =\ UTF-8*)
      echo C.UTF-8
      return
      ;;
  esac
  for name in en_US.UTF-8 $(locale -a 2>/dev/null); do
    case $name in
      *.[Uu][Tt][Ff]8 | *.[Uu][Tt][Ff]-8)
        case $(settings "$name") in
          *sun.jnu.encoding\ =\ UTF-8*)
            printf '%s\n' "$name"
            return
            ;;
        esac
        ;;
    esac
  done
}

# What each version of Java starts fastest with. Before 24, mapping the archived heap needs G1, and the switch for
# native access, of which these versions do not even warn, would cost the archived module graph.
jvm_options() {
  if [ "$java_version" -ge 24 ]; then
    options='-XX:+UseSerialGC --enable-native-access=ALL-UNNAMED'
  else
    options=-XX:+UseG1GC
  fi
  # shellcheck disable=SC2086
  "$java" $options -version >/dev/null 2>&1 </dev/null || options=
  printf '%s\n' "$options"
}

# Where an archive may lie, or nothing.
directory() {
  if [ -w "$lib" ]; then
    printf '%s\n' "$lib"
  elif [ -n "$cache" ] && (umask 077 && mkdir -p "$cache") 2>/dev/null && [ -w "$cache" ]; then
    printf '%s\n' "$cache"
  fi
}

# Only one process makes an archive; the others start without. A lock whose owner is gone is left to the next start.
locked() {
  if mkdir "$lock" 2>/dev/null; then
    echo $$ 2>/dev/null >"$lock/pid"
    return
  fi
  owner=
  read -r owner 2>/dev/null <"$lock/pid"
  { [ -n "$owner" ] && { kill -0 "$owner" 2>/dev/null || [ -d "/proc/$owner" ]; }; } || rm -rf "$lock"
  return 1
}

dump() {
  unset JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS
  # shellcheck disable=SC2086
  "$java" $options -Xshare:dump "-XX:SharedClassListFile=$lib/lockstep.classlist" "-XX:SharedArchiveFile=$part" \
    -cp "$classpath" >/dev/null 2>&1 </dev/null && [ -f "$part" ]
}

# Writes the record before those of other installations and Javas, and removes the archives of records it drops.
keep() {
  printf '%s\n' "$record" >"$part" || return
  kept=1
  if [ -r "$stamp" ]; then
    while IFS='|' read -r o_build o_lib o_java o_rest; do
      o_archive=${o_rest##*|}
      # shellcheck disable=SC3013
      if [ $kept -lt $records_kept ] && [ "$o_archive" != "$archive" ] && [ -e "$o_archive" ] && [ -e "$o_java" ] &&
        { [ "$o_build" = "$build" ] || [ "$o_lib" != "$lib" ]; } &&
        ! { [ "$o_lib" = "$lib" ] && [ "$o_java" -ef "$r_java" ]; }; then
        printf '%s|%s|%s|%s\n' "$o_build" "$o_lib" "$o_java" "$o_rest" >>"$part"
        kept=$((kept + 1))
      elif [ "$o_archive" != "$archive" ]; then
        case $o_archive in "$dir"/lockstep-*.jsa) rm -f "$o_archive" ;; esac
      fi
    done <"$stamp"
  fi
  mv -f "$part" "$stamp"
}

make_archive() {
  stamp=$dir/lockstep.jsa.stamp
  lock=$dir/lockstep.jsa.lock
  part=$dir/lockstep.jsa.$$
  locked || return
  trap 'rm -rf "$part" "$lock"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  trap 'exit 129' HUP
  case " $* " in
    *' -v '* | *' --verbose '* | *' --debug '*)
      echo "lockstep: making a class archive for Java $java_version in $dir, once" >&2
      ;;
  esac
  sum=$(printf '%s\n' "$record" | cksum)
  archive=$dir/lockstep-${sum%% *}.jsa
  dump
  status=$?
  # What was killed may work the next time; what failed will fail again, and is remembered as having no archive.
  if [ $status -gt 128 ]; then
    archive=
    return
  elif [ $status -eq 0 ] && mv -f "$part" "$archive"; then
    # Of a jar from the future, say: an archive must not look older than the jars for ever.
    # shellcheck disable=SC3013
    [ "$archive" -nt "$lib/lockstep.jar" ] || touch -r "$lib/lockstep.jar" "$archive"
  else
    archive=
  fi
  record=$record$archive
  keep
}

output=$(settings C.UTF-8) || fail 2 "cannot run $java: $output" 'set JAVA_HOME to Java 17 or newer'
read_settings "$output"
case $java_home,$java_version in
  ,* | *, | *[!0-9]) fail 2 "$java is not a Java that lockstep knows" 'install Java 17 or newer' ;;
esac
[ "$java_version" -ge 17 ] || fail 2 "$java is Java $java_version" 'install Java 17 or newer, or set JAVA_HOME to it'

# A link is kept as what it leads to; a program that picks a Java (of jenv, asdf) as itself.
r_java=$java_home/bin/java
# shellcheck disable=SC3013
[ "$java" -ef "$r_java" ] || r_java=$java
release=-
version=-
if [ -r "$java_home/release" ]; then
  release=$java_home/release
  version=$(version_line "$release")
  [ "$version" != - ] || release=-
fi
options=$(jvm_options)
archive=
record="$build|$lib|$r_java|$release|$version|$(utf8_locale "$output")|$options|"
dir=$(directory)
if [ -n "$dir" ] && [ -f "$lib/lockstep.classlist" ]; then
  make_archive "$@"
fi
printf '%s\n' "$record"
