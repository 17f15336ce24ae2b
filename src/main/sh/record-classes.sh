#!/bin/sh
# record-classes.sh JAVA CLASSPATH CLASSES NATIVE WORK: prints the list of classes to archive. They are those that the
# commands of training.txt and a listener load, with the forms of their lambdas, and all of lockstep's own below CLASSES.
#
# The commands run in the empty folder WORK, which is also their home; WORK-state beside it holds the embedded
# PostgreSQL and outlives this. What only the Java that recorded it understands is left out of the list: lines with @cp,
# and ids.

set -eu

java=$1 classpath=$2 classes=$3 native=$4 work=$5
here=${0%/*}
server=$work-state/lockstep/embedded
listener=

# lockstep LIST ARGUMENT...: runs a command that adds its classes to the list.
lockstep() {
  list=$1
  shift
  exec env -i "PATH=$PATH" "HOME=$work" "XDG_STATE_HOME=$work-state" LC_ALL=C.UTF-8 ${port:+"PGHOST=127.0.0.1" \
    "PGPORT=$port" "PGPASSWORD=$password" PGUSER=postgres PGDATABASE=postgres} \
    "$java" -XX:TieredStopAtLevel=1 "-XX:DumpLoadedClassList=$list" -Xlog:disable -Xlog:all=error:stderr \
    "-Djava.io.tmpdir=$work" "-Dlockstep.native=$native" -cp "$classpath" dev.lockstep.cli.Lockstep "$@" </dev/null
}

# Leaves $port and $password of an embedded PostgreSQL that runs as long as the listener; no port if it does not start.
start_listener() {
  port='' password=''
  (lockstep "$work/listener.list" realm listen --pg embedded -o jsonl) >"$work/heard" 2>"$work/log" &
  listener=$!
  patience=600
  until grep -q '"ready"' "$work/heard" || [ $patience -eq 0 ] || ! kill -0 $listener 2>/dev/null; do
    sleep 0.1
    patience=$((patience - 1))
  done
  if grep -q '"ready"' "$work/heard"; then
    read -r port <"$server/port"
    read -r password <"$server/password"
  else
    cat "$work/log" >&2
    echo 'commands on PostgreSQL will start slowly: there is none to learn their classes from' >&2
  fi
}

stop_listener() {
  [ -z "$listener" ] || ! kill "$listener" 2>/dev/null || wait "$listener" || :
}

train() {
  expected=$1
  shift
  status=0
  (lockstep "$work/one.list" "$@") >"$work/out" 2>&1 || status=$?
  case $expected,$status in
    "$status,$status" | '?,'[0-9]) ;;
    *)
      cat "$work/out" >&2
      echo "lockstep $*: ended with $status instead of $expected" >&2
      exit 1
      ;;
  esac
  cat "$work/one.list" >>"$work/all.list"
}

rm -rf "$work"
mkdir -p "$work"
cd "$work"
"$java" --enable-native-access=ALL-UNNAMED "-Dlockstep.native=$native" --class-path "$classpath" "$here/SampleDatabase.java"
trap stop_listener EXIT
start_listener
while read -r line; do
  case $line in
    '' | '#'*) ;;
    *)
      # shellcheck disable=SC2086 # a line is words
      train $line
      ;;
  esac
done <"$here/training.txt"
stop_listener
listener=
cd "$classes"
find dev -name '*.class' ! -name 'package-info.class' | sed 's/\.class$//' | LC_ALL=C sort >"$work/own.list"
cd "$work"
cat all.list listener.list own.list | sed -e '/^#/d' -e '/^@cp /d' -e 's/ id: [0-9]*$//' | awk '!seen[$0]++'
cd ..
rm -rf "$work"
