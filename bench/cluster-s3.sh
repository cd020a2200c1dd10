#!/usr/bin/env bash
# Audits a checkpoint in an S3 store on a cluster, twice: undisturbed, and with one executor killed (kill -9) half-way through the
# reading. Prints the exit codes and the table digests of both, and fails unless they are the same and an executor was lost.
#   bench/cluster-s3.sh [--case bf16|moe] [--size 2GB] [--dir DIR] [--measure [--rounds 5] [--copies 1]]
# --case moe audits 100,000 tensors of 2 KiB instead, once, and prints the wall time and the peak resident set of the driver, whose
# heap is 1 GiB in either case. --measure also prints, each as the median, least and most of so many alternating rounds, the wall time
# on a cluster of one executor with two cores against local[2], and the time from the start of the first task that reads to the end of
# the last for both, against plain reads of the same objects by the AWS SDK with as many requests on their way as the audit has in all
# its tasks: of 16 MiB, as AWS advises (8 or 16), and of as many bytes as the audit's at the most. With --copies that is an audit of so many such checkpoints, hard links of one: as much to read as of a
# model of 70B parameters, and no more room on disk or in the page cache.
# Everything runs on this machine and is made from Maven's jars: the store (s3proxy on files), a standalone cluster of a master and two
# workers of one core, spark-submit with the thin jar. DIR (default /tmp/ckpt-audit-cluster) takes the checkpoint, which is kept, and
# the store, which is not.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
case=bf16 size=2GB dir=/tmp/ckpt-audit-cluster measure= rounds=5 copies=1
while [ $# -gt 0 ]; do
  case $1 in
    --case) case=$2; shift 2 ;; --size) size=$2; shift 2 ;; --dir) dir=$2; shift 2 ;; --rounds) rounds=$2; shift 2 ;; --copies) copies=$2; shift 2 ;; --measure) measure=yes; shift ;;
    *) sed -n '2,/^set -/p' "$0" | sed '$d; s/^# \{0,1\}//'; exit 2 ;;
  esac
done
case $size in
  *GB) bytes=$((${size%GB} * 1000000000)) ;; *MB) bytes=$((${size%MB} * 1000000)) ;;
  *) echo "Invalid size $size: give a number with MB or GB, such as 2GB" >&2; exit 2 ;;
esac
case $case in bf16) name=bf16-$size ;; moe) name=moe ;; *) echo "Invalid case $case: give bf16 or moe" >&2; exit 2 ;; esac
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
mkdir -p "$dir"
work=$(mktemp -d "$dir/run.XXXXXX")
started=()
finish() {
  local i
  for i in "$work"/*/pid; do [ ! -e "$i" ] || kill "$(cat "$i")" 2>/dev/null || true; done
  for ((i = ${#started[@]} - 1; i >= 0; i--)); do kill "${started[$i]}" 2>/dev/null || true; done
  for i in "${started[@]}"; do wait "$i" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT

"$root/bin/ckpt-audit" formats >/dev/null # builds on first use
jar=$(ls "$root"/job/target/ckpt-audit-[0-9]*.jar | head -n 1)
classpath=$(cat "$root/job/target/spark-classpath.txt")
read -r -a flags <<<"$(sed -n 's|.*<jvm.flags>\(.*\)</jvm.flags>.*|\1|p' "$root/pom.xml")"
version_of() { sed -n "s|.*<$1>\(.*\)</$1>.*|\1|p" "$root/pom.xml"; }

# ---- the store
free_port() {
  local port
  while port=$((20000 + RANDOM % 20000)) && (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}
mkdir -p "$work/s3proxy" "$work/store/weights" "$work/store/reports"
cat >"$work/s3proxy/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>io.ckptaudit</groupId><artifactId>store</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>com.fasterxml.jackson.core</groupId><artifactId>jackson-annotations</artifactId><version>2.21</version></dependency>
    <dependency>
      <groupId>org.gaul</groupId><artifactId>s3proxy</artifactId><version>$(version_of s3proxy.version)</version>
      <exclusions><exclusion><groupId>ch.qos.logback</groupId><artifactId>*</artifactId></exclusion></exclusions>
    </dependency>
  </dependencies>
</project>
POM
plugin=org.apache.maven.plugins:maven-dependency-plugin:3.11.0:build-classpath
mvn -q -o -f "$work/s3proxy" "$plugin" -Dmdep.outputFile="$work/s3proxy/classpath" >/dev/null 2>&1 \
  || mvn -q -f "$work/s3proxy" "$plugin" -Dmdep.outputFile="$work/s3proxy/classpath" >&2
port=$(free_port)
cat >"$work/s3proxy/s3proxy.conf" <<CONF
s3proxy.endpoint=http://127.0.0.1:$port
s3proxy.authorization=none
jclouds.provider=filesystem-nio2
jclouds.identity=any
jclouds.credential=any
jclouds.filesystem.basedir=$work/store
CONF
"$java" -Xmx512m -cp "$(cat "$work/s3proxy/classpath")" org.gaul.s3proxy.Main --properties "$work/s3proxy/s3proxy.conf" \
  >"$work/s3proxy/log" 2>&1 &
started+=($!)
await() { # what command...
  local what=$1 i
  shift
  for ((i = 0; i < 600; i++)); do
    if "$@" 2>/dev/null; then return; fi
    sleep 0.1
  done
  echo "$what has not come up within 60 s; see its log:" >&2
  tail -n 20 "$work"/*/log >&2
  exit 1
}
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1"); }
await "The store" listens "$port"
s3=(
  fs.s3a.endpoint=http://127.0.0.1:$port fs.s3a.endpoint.region=us-east-1 fs.s3a.path.style.access=true
  fs.s3a.connection.ssl.enabled=false fs.s3a.access.key=any fs.s3a.secret.key=any
  fs.s3a.aws.credentials.provider=org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider
)

# ---- the checkpoint
model=$dir/$name
[ -e "$model/config.json" ] || "$java" "$root/bench/MakeCheckpoint.java" "$model" "$case" "$bytes"
mkdir -p "$work/hadoop"
{
  echo '<configuration>'
  for setting in "${s3[@]}"; do echo "<property><name>${setting%%=*}</name><value>${setting#*=}</value></property>"; done
  echo '</configuration>'
} >"$work/hadoop/core-site.xml"
"$java" -Xmx512m "${flags[@]}" -Dlog4j2.configurationFile="$root/conf/log4j2.properties" -cp "$work/hadoop:$classpath" \
  org.apache.hadoop.fs.FsShell -put "$model" s3a://weights/ 2>"$work/put.log" || { cat "$work/put.log" >&2; exit 1; }
all=$(stat -c %s "$model"/*.safetensors | awk '{ n += $1 } END { printf "%.0f", n }')

# ---- the cluster
export SPARK_HOME=$work/spark SPARK_SCALA_VERSION=$(version_of scala.binary.version) SPARK_LOCAL_IP=127.0.0.1
mkdir -p "$SPARK_HOME/jars"
tr ':' '\n' <<<"$classpath" | while IFS= read -r one; do ln -s "$one" "$SPARK_HOME/jars/"; done
daemon() { # name class arguments...
  local name=$1
  mkdir -p "$work/$name"
  "$java" -Xmx256m "${flags[@]}" -cp "$SPARK_HOME/jars/*" "org.apache.spark.deploy.$2" "${@:3}" >"$work/$name/log" 2>&1 &
  started+=($!)
}
master=$(free_port)
daemon master master.Master --host 127.0.0.1 --port "$master" --webui-port 0
await "The master" listens "$master"
workers=()
worker() { # name cores memory
  daemon "$1" worker.Worker --host 127.0.0.1 --cores "$2" --memory "$3" --work-dir "$work/$1/files" --webui-port 0 \
    "spark://127.0.0.1:$master"
  workers+=("${started[-1]}")
}
registered() { await "$1" grep -q "Successfully registered with master" "$work/$1/log"; }
worker worker-1 1 1g
worker worker-2 1 1g
registered worker-1
registered worker-2

# ---- audits
executor_memory=768m executor_cores=1 split=32MiB # small, so that there are tasks to end before an executor does
submit() { # id master; leaves exit code, seconds and peak resident set of the driver in files
  local settings=() setting code=0 begin peak
  for setting in "${s3[@]}"; do settings+=(--conf "spark.hadoop.$setting"); done
  mkdir -p "$work/$1/events"
  begin=$(date +%s%N)
  "$java" -Xmx1g "${flags[@]}" -Dlog4j2.configurationFile="$root/conf/log4j2.properties" -cp "$classpath" \
    org.apache.spark.deploy.SparkSubmit --master "$2" "${settings[@]}" --conf spark.driver.memory=1g \
    --conf spark.executor.memory=$executor_memory --conf spark.executor.cores=$executor_cores --conf spark.ui.enabled=false \
    --conf spark.scheduler.minRegisteredResourcesRatio=1.0 \
    --conf spark.eventLog.enabled=true --conf "spark.eventLog.dir=file:$work/$1/events" --conf spark.eventLog.compress=false \
    --conf spark.eventLog.rolling.enabled=false \
    --class io.ckptaudit.job.cli.Main "$jar" \
    audit "s3a://weights/$audited" --report s3a://reports/all --run-id "$1" --split-size $split \
    >"$work/$1/out" 2>"$work/$1/log" &
  echo $! >"$work/$1/pid"
  # The kernel keeps the peak itself; a process that has ended has none any more.
  while peak=$(awk '/^VmHWM/ { print $2 }' "/proc/$!/status" 2>/dev/null) && [ -n "$peak" ]; do
    echo "$peak" >"$work/$1/peak"
    sleep 0.1
  done
  wait $! || code=$?
  rm "$work/$1/pid"
  awk -v ns=$(($(date +%s%N) - begin)) 'BEGIN { printf "%.2f\n", ns / 1e9 }' >"$work/$1/seconds"
  echo "$code" >"$work/$1/code"
}
reading_stage() { # id -> its number, once it has begun
  cat "$work/$1"/events/* 2>/dev/null | grep '"Event":"SparkListenerJobStart"' | grep ': read, ' | grep -o '"Stage IDs":\[[0-9]*' | sed -n 1p | grep -o '[0-9]*$' || true
}
tasks_ended() { # id -> how many tasks that read have ended well
  cat "$work/$1"/events/* 2>/dev/null | grep '"Event":"SparkListenerTaskEnd"' | grep "\"Stage ID\":$(reading_stage "$1")," | grep -c '"Reason":"Success"' || true
}
span() { # id -> seconds from the start of the first task that reads to the end of the last
  [ -n "$(reading_stage "$1")" ] || { echo "No stage that reads in the event log of $1: the description of its job has no ': read, '" >&2; return 1; }
  cat "$work/$1"/events/* | grep '"Event":"SparkListenerTaskEnd"' | grep "\"Stage ID\":$(reading_stage "$1")," | grep -o '"Launch Time":[0-9]*\|"Finish Time":[0-9]*' \
    | awk -F: '/Launch/ { if (!a || $2 < a) a = $2 } /Finish/ { if ($2 > b) b = $2 } END { printf "%.2f\n", (b - a) / 1000 }'
}
digests() { # id -> table and digest, of all tables
  local found
  found=$(table_digests "$1")
  if [ "$(wc -l <<<"$found")" -lt "$tables" ]; then
    echo "the manifest of $1 has fewer than $tables digests: '$found'" >&2
    exit 1
  fi
  echo "$found"
}
table_digests() { # id -> table and digest
  tr -d ' \n' <"$work/store/reports/all/_runs/$1/manifest.json" | grep -o '"[a-z_]*":{"digest":"[0-9a-f]*"' | sed 's/[":{]/ /g' | awk '{ print $1, $3 }'
}
require() { # id
  local code
  code=$(cat "$work/$1/code")
  if [ "$code" != 0 ] && [ "$code" != 10 ]; then
    echo "the audit $1 failed with exit code $code:" >&2
    tail -n 40 "$work/$1/log" >&2
    exit 1
  fi
}

tables=8
audited=$(basename "$model")
submit undisturbed "spark://127.0.0.1:$master"
require undisturbed
tasks=$(tasks_ended undisturbed)
undisturbed=$(digests undisturbed)
heading="$(date -u +%F), $(nproc) cores, $all bytes in $tasks tasks that read"
if [ "$case" = moe ]; then
  echo "$heading"
  awk -v s="$(cat "$work/undisturbed/seconds")" -v k="$(cat "$work/undisturbed/peak")" -v c="$(cat "$work/undisturbed/code")" 'BEGIN {
    printf "exit code %s, wall %.2f s, peak resident set of the driver %.0f MB (heap of 1 GiB)\n", c, s, k * 1024 / 1e6 }'
  exit
fi

submit disturbed "spark://127.0.0.1:$master" &
audit=$!
started+=("$audit")
while kill -0 "$audit" 2>/dev/null && [ "$(tasks_ended disturbed)" -lt $((tasks / 2)) ]; do sleep 0.1; done
ended=$(tasks_ended disturbed)
victim=$(pgrep -P "${workers[0]}" | head -n 1) || { echo "no executor is left to kill after $ended of $tasks tasks: give a larger --size" >&2; exit 1; }
kill -9 "$victim"
[ "$ended" -lt "$tasks" ] || { echo "all $tasks tasks had ended before an executor was killed: give a larger --size" >&2; exit 1; }
wait "$audit"
require disturbed
disturbed=$(digests disturbed)
lost=$(cat "$work"/disturbed/events/* | grep -c '"Event":"SparkListenerExecutorRemoved"' || true)

echo "$heading; executor killed after $ended of them, executors lost: $lost"
printf '%-20s %-24s %-24s\n' "" undisturbed "executor killed"
printf '%-20s %-24s %-24s\n' "exit code" "$(cat "$work/undisturbed/code")" "$(cat "$work/disturbed/code")"
printf '%-20s %-24s %-24s\n' "wall/s" "$(cat "$work/undisturbed/seconds")" "$(cat "$work/disturbed/seconds")"
same=yes
while read -r table digest; do
  other=$(awk -v t="$table" '$1 == t { print $2 }' <<<"$disturbed")
  printf '%-20s %-24s %-24s\n' "$table" "${digest:0:20}" "${other:0:20}"
  [ "$digest" = "$other" ] || same=no
done <<<"$undisturbed"
cmp -s "$work/undisturbed/code" "$work/disturbed/code" || same=no
echo "same digests and exit code: $same"
if [ "$lost" -lt 1 ]; then
  echo "no executor was lost: nothing is shown" >&2
  same=no
fi

if [ -n "$measure" ]; then
  # Two tasks with four requests each; of a task of 2 GiB each reader takes two parts.
  in_flight=8 usual=16 long=256
  kill "${workers[@]}"
  worker worker-3 2 2g
  registered worker-3
  executor_memory=1536m executor_cores=2 split=256MiB
  models=()
  mkdir "$work/copies"
  for ((i = 1; i <= copies; i++)); do
    cp -al "$work/store/weights/$name" "$work/store/weights/copy-$i"
    cp -al "$model" "$work/copies/copy-$i"
    models+=("$work/copies/copy-$i")
  done
  audited="copy-*" all=$((all * copies))
  for ((i = 1; i <= rounds; i++)); do
    submit "cluster-$i" "spark://127.0.0.1:$master"
    submit "local-$i" 'local[2]'
    require "cluster-$i"
    require "local-$i"
    [ "$(digests "cluster-$i")" = "$(digests "local-$i")" ] || { echo "cluster and local mode differ in round $i" >&2; same=no; }
    cat "$work/cluster-$i/seconds" >>"$work/cluster"
    cat "$work/local-$i/seconds" >>"$work/local"
    span "local-$i" >>"$work/tasks"
    span "cluster-$i" >>"$work/cluster-tasks"
    for request in $usual $long; do
      "$java" -Xmx512m -Dlog4j2.configurationFile="$root/conf/log4j2.properties" -cp "$classpath" "$root/bench/RangedRead.java" \
        "http://127.0.0.1:$port" weights "$in_flight" "$request" "${models[@]}" 2>>"$work/plain.log" >>"$work/plain-$request" \
        || { cat "$work/plain.log" >&2; exit 1; }
    done
  done
  spread() { # file -> median least most
    sort -n "$1" | awk '{ t[NR] = $1 } END { printf "%.2f %.2f %.2f\n", NR % 2 ? t[(NR + 1) / 2] : (t[NR / 2] + t[NR / 2 + 1]) / 2, t[1], t[NR] }'
  }
  row() { # what file bytes
    spread "$work/$2" | awk -v w="$1" -v b="$3" '{ printf "%-52s %8.2f %8.2f %8.2f %8s\n", w, $1, $2, $3, b ? sprintf("%.2f", b / $1 / 1e9) : "" }'
  }
  echo "$rounds rounds of $all bytes, $copies checkpoint(s); plain reads: $in_flight requests at a time"
  printf '%-52s %8s %8s %8s %8s\n' "" median/s least most GB/s
  row "cluster, one executor of two cores, wall" cluster 0
  row "local[2], wall" local 0
  row "cluster, one executor of two cores, tasks that read" cluster-tasks "$all"
  row "local[2], tasks that read" tasks "$all"
  row "plain read by the AWS SDK, requests of $usual MiB" "plain-$usual" "$all"
  row "plain read by the AWS SDK, requests of $long MiB" "plain-$long" "$all"
  ratio() { awk -v a="$(spread "$work/$1")" -v b="$(spread "$work/$2")" 'BEGIN { split(a, x); split(b, y); printf "%.0f %%", 100 * y[1] / x[1] }'; }
  echo "cluster at $(ratio cluster local) of local mode by wall time, $(ratio cluster-tasks tasks) by tasks that read"
  echo "reading from S3 at $(ratio tasks "plain-$usual") of the plain read by $usual MiB, $(ratio tasks "plain-$long") of that by $long MiB"
fi
[ "$same" = yes ]
