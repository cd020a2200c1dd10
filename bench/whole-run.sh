#!/usr/bin/env bash
# Measures whole audits against a plain read of the same bytes and against scripts with numpy and torch.
#   bench/whole-run.sh [--dir DIR] [--size 8GB] [--rounds 5] [--cases bf16,f16,f32,sparse,moe] [--cores 1,2] [--peers numpy,torch]
#                      [--torch-size 500MB]
# Checkpoints are made once under DIR (default /tmp/ckpt-audit-bench) and kept; --size is of bf16, f16 and f32 each. The cases:
#   bf16 f16 f32  gaussian weights of std 0.02 in the shapes of a Llama of 4096 columns, three shards
#   bin           the weights of bf16, saved by torch (which PYTHON must have)
#   sparse        Llama-2-70B, 723 tensors, 138 GB of holes in 15 shards: takes no room on disk, and reading it costs no disk
#   many          sixteen checkpoints in one audit, hard links of bf16: as much as a model of 70B parameters, all of it in the page cache
#                 (--read buffered: by length alone it is larger than memory)
#   moe           100,000 tensors of 2 KiB
# Every round takes every measure once, so that what disturbs the machine disturbs them all. Printed: the median, the least and
# the most; GB/s by the median. torch is given the first --torch-size of each checkpoint: it needs minutes for the whole. "audit" is the whole process from its start to its end; "audit, tasks" the time from the start of
# the first task that reads to the end of the last one, by Spark's event log. Behind each audit stands the digest of all its tables
# but `runs`, which must be the same everywhere. PYTHON chooses the interpreter of the peers (default python3), CKPT_AUDIT_JAVA_OPTS
# the heap of the audits. Files are in the page cache where they fit, since each round reads them again.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
dir=/tmp/ckpt-audit-bench size=8GB rounds=5 cases=bf16,f16,f32,sparse,moe cores=1,2 peers=numpy,torch torch_size=500MB
while [ $# -gt 0 ]; do
  case $1 in
    --dir) dir=$2 ;; --size) size=$2 ;; --rounds) rounds=$2 ;; --cases) cases=$2 ;; --cores) cores=$2 ;; --peers) peers=$2 ;;
    --torch-size) torch_size=$2 ;;
    *) sed -n '2,/^set -/p' "$0" | sed '$d; s/^# \{0,1\}//'; exit 2 ;;
  esac
  shift 2
done
bytes_of() { # size
  case $1 in
    *GB) echo $((${1%GB} * 1000000000)) ;; *MB) echo $((${1%MB} * 1000000)) ;;
    *) echo "Invalid size $1: give a number with MB or GB, such as 8GB" >&2; exit 2 ;;
  esac
}
bytes=$(bytes_of "$size")
torch_bytes=$(bytes_of "$torch_size")
[ "$torch_bytes" -le "$bytes" ] || torch_bytes=$bytes torch_size=$size
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$dir"

checkpoint() { # case -> its folder, made if it is not there whole
  case $1 in sparse | moe) folder=$dir/$1 ;; *) folder=$dir/$1-$size ;; esac
  if ! [ -e "$folder/config.json" ] && ! [ -e "$folder/16/config.json" ]; then
    echo "making $folder ..." >&2
    if [ "$1" = many ]; then
      [ -e "$dir/bf16-$size/config.json" ] || "$java" "$root/bench/MakeCheckpoint.java" "$dir/bf16-$size" bf16 "$bytes"
      mkdir -p "$folder"
      for copy in {1..16}; do cp -al "$dir/bf16-$size" "$folder/$copy"; done
    elif [ "$1" = bin ]; then
      [ -e "$dir/bf16-$size/config.json" ] || "$java" "$root/bench/MakeCheckpoint.java" "$dir/bf16-$size" bf16 "$bytes"
      "$python" "$root/bench/save_bin.py" "$dir/bf16-$size" "$folder"
    else
      "$java" "$root/bench/MakeCheckpoint.java" "$folder" "$1" "$bytes"
    fi
  fi
}

seconds() { # of a command, to stdout; what the command prints goes to a file
  local start end
  start=$(date +%s%N)
  "$@" >"$work/out" 2>"$work/err" && code=0 || code=$?
  end=$(date +%s%N)
  awk -v ns=$((end - start)) 'BEGIN { printf "%.3f\n", ns / 1e9 }'
  return "$code"
}

audit() { # case folder cores
  local uri=$2 read=auto
  [ "$1" != many ] || uri="$2/*" read=buffered
  local name="audit, $3 core(s)" events=$work/events report=$work/report code=0 wall tasks
  rm -rf "$events" "$report"
  mkdir -p "$events"
  wall=$(seconds "$root/bin/ckpt-audit" audit "$uri" --read $read --report "$report" --run-id bench --master "local[$3]" \
    --conf spark.eventLog.enabled=true --conf "spark.eventLog.dir=file:$events" \
    --conf spark.eventLog.compress=false --conf spark.eventLog.rolling.enabled=false) || code=$?
  # 0 and 10 are verdicts; anything else is no measurement: an incomplete audit (12) did not read all bytes.
  if [ "$code" != 0 ] && [ "$code" != 10 ] || ! [ -e "$report/_runs/bench/manifest.json" ]; then
    echo "the audit of $2 failed with exit code $code:" >&2
    cat "$work/err" >&2
    exit 1
  fi
  local digest
  digest=$(grep -o '"digest" *: *"[^"]*"' "$report/_runs/bench/manifest.json" | sha256sum | cut -c 1-16)
  record "$1" "$name" "$wall" "$digest"
  tasks=$(span "$events") || exit 1
  record "$1" "$name, tasks" "$tasks" "$digest"
}

span() { # of the stage that reads
  local stage
  stage=$(cat "$1"/* | grep '"Event":"SparkListenerJobStart"' | grep ': read, ' | grep -o '"Stage IDs":\[[0-9]*' | sed -n 1p | grep -o '[0-9]*$' || true)
  [ -n "$stage" ] || { echo "No stage that reads in the event log $1: the description of its job has no ': read, '" >&2; exit 1; }
  cat "$1"/* | grep '"Event":"SparkListenerTaskEnd"' | grep "\"Stage ID\":$stage," \
    | grep -o '"Launch Time":[0-9]*\|"Finish Time":[0-9]*' \
    | awk -F: '/Launch/ { if (!a || $2 < a) a = $2 } /Finish/ { if ($2 > b) b = $2 } END { printf "%.3f\n", (b - a) / 1000 }'
}

record() { # case measure seconds [digest [bytes]], the bytes if they are not all
  printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "${4:-}" "${5:-}" >>"$work/figures"
}

usable() { # peer
  case ,$peers, in *,"$1",*) "$python" -c "import $1" 2>/dev/null ;; *) return 1 ;; esac
}

peers() { # case folder threads
  if grep -q numpy "$work/peers"; then
    record "$1" "numpy, $3 thread(s)" "$("$python" "$root/bench/peer_numpy.py" "$2" "$3")"
  fi
  if grep -q torch "$work/peers"; then
    record "$1" "torch, $3 thread(s), first $torch_size" \
      "$("$python" "$root/bench/peer_torch.py" "$2" "$3" "$torch_bytes")" "" "$(least "$torch_bytes" "$2")"
  fi
}

least() { # bytes folder -> the bytes, or those of the files if they are fewer
  local all
  all=$(find "$2" -name '*.safetensors' -o -name '*.bin' | xargs stat -c %s | awk '{ n += $1 } END { printf "%.0f", n }')
  echo $((all < $1 ? all : $1))
}

round() { # case folder
  local how="" n
  [ "$1" != sparse ] || how=direct
  for n in ${cores//,/ }; do
    record "$1" "plain read, $n thread(s)${how:+, $how}" "$("$java" "$root/bench/PlainRead.java" "$2" "$n" $how)"
    audit "$1" "$2" "$n"
    # Holes would only measure the kernel's zeros in the page cache, and the peers know one format.
    [ "$1" != sparse ] && [ "$1" != bin ] && [ "$1" != many ] || continue
    peers "$1" "$2" "$n"
  done
}

: >"$work/peers"
for peer in ${peers//,/ }; do
  if usable "$peer"; then echo "$peer" >>"$work/peers"; else echo "skipped: $peer cannot be imported by $python"; fi
done
"$root/bin/ckpt-audit" formats >"$work/out" # builds on first use
for case in ${cases//,/ }; do
  checkpoint "$case"
done
echo "$(date -u +%F), $(nproc) cores, load $(cut -d ' ' -f 1 /proc/loadavg), $("$java" -version 2>&1 | head -n 1), $rounds rounds"
for ((i = 1; i <= rounds; i++)); do
  for case in ${cases//,/ }; do
    checkpoint "$case"
    round "$case" "$folder"
  done
done

for case in ${cases//,/ }; do
  checkpoint "$case"
  total=$(least 1000000000000000 "$folder")
  printf '\n%s: %s bytes\n' "$case" "$total"
  printf '%-34s %9s %9s %9s %8s  %s\n' measure median/s min/s max/s GB/s "table digest"
  awk -F '\t' -v c="$case" '$1 == c && !seen[$2]++ { print $2 }' "$work/figures" | while IFS= read -r measure; do
    awk -F '\t' -v c="$case" -v m="$measure" '$1 == c && $2 == m { print $3 }' "$work/figures" | sort -n >"$work/times"
    digests=$(awk -F '\t' -v c="$case" -v m="$measure" '$1 == c && $2 == m { print $4 }' "$work/figures" | sort -u | paste -sd ' ')
    part=$(awk -F '\t' -v c="$case" -v m="$measure" '$1 == c && $2 == m { print $5; exit }' "$work/figures")
    awk -v m="$measure" -v total="${part:-$total}" -v digests="$digests" '
      { t[NR] = $1 }
      END {
        median = NR % 2 ? t[(NR + 1) / 2] : (t[NR / 2] + t[NR / 2 + 1]) / 2
        printf "%-34s %9.2f %9.2f %9.2f %8.2f  %s\n", m, median, t[1], t[NR], median ? total / median / 1e9 : 0, digests
      }' "$work/times"
  done
done
