#!/usr/bin/env bash
# Runs the JMH benchmarks of the kernels: bench/kernels.sh [JMH arguments]
#   bench/kernels.sh CodeCounterBenchmark -p twin=fast
#   bench/kernels.sh 'ConversionBenchmark.fromFloat' -p target=BF16
# Scores are GB/s of one thread; plainSum beside them says what the machine gives just now.
# REBUILD=no takes what is compiled already. JAVA chooses the JVM.
set -euo pipefail
cd "$(dirname "$0")/.."

classpath_file=udfs/target/test-classpath.txt
if [[ "${REBUILD:-yes}" == yes || ! -f "$classpath_file" ]]; then
  mvn -q -pl udfs test-compile dependency:build-classpath \
    -Dmdep.includeScope=test -Dmdep.outputFile=target/test-classpath.txt
fi

exec "${JAVA:-java}" -cp "udfs/target/test-classes:udfs/target/classes:$(cat "$classpath_file")" \
  org.openjdk.jmh.Main \
  -jvmArgsAppend "-XX:+IgnoreUnrecognizedVMOptions --add-modules=jdk.incubator.vector --sun-misc-unsafe-memory-access=allow -Xmx1g" \
  "${@:-Benchmark}"
