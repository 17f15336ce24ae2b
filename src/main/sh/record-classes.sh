#!/bin/sh
# record-classes.sh JAVA CLASSPATH CLASSES NATIVE WORK: prints the list of classes to archive. They are those that the
# commands of training.txt load, with the forms of their lambdas, and all of lockstep's own below CLASSES.
#
# The commands run in the empty folder WORK, which is also their home. What only the Java that recorded it understands
# is left out of the list: lines with @cp, and ids.

set -eu

java=$1 classpath=$2 classes=$3 native=$4 work=$5
here=${0%/*}

train() {
  expected=$1
  shift
  status=0
  env -i "PATH=$PATH" "HOME=$work" LC_ALL=C "$java" -XX:TieredStopAtLevel=1 "-XX:DumpLoadedClassList=$work/one" \
    -Xlog:disable -Xlog:all=error:stderr "-Djava.io.tmpdir=$work" "-Dlockstep.native=$native" \
    -cp "$classpath" dev.lockstep.cli.Lockstep "$@" >"$work/out" 2>&1 </dev/null || status=$?
  if [ "$status" -ne "$expected" ]; then
    cat "$work/out" >&2
    echo "training: 'lockstep $*' ended with $status instead of $expected" >&2
    exit 1
  fi
  cat "$work/one" >>"$work/all"
}

rm -rf "$work"
mkdir -p "$work"
cd "$work"
while read -r line; do
  case $line in
    '' | '#'*) ;;
    *)
      # shellcheck disable=SC2086 # a line is words
      train $line
      ;;
  esac
done <"$here/training.txt"
(cd "$classes" && find dev -name '*.class' ! -name 'package-info.class') | sed 's/\.class$//' | LC_ALL=C sort >>"$work/all"
sed -e '/^#/d' -e '/^@cp /d' -e 's/ id: [0-9]*$//' "$work/all" | awk '!seen[$0]++'
rm -rf "$work"
