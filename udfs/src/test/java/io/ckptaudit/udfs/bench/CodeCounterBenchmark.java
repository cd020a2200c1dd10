package io.ckptaudit.udfs.bench;

import io.ckptaudit.udfs.kernel.CodeCounter;
import io.ckptaudit.udfs.kernel.Kernels;
import io.ckptaudit.udfs.kernel.MagnitudeSearch;
import io.ckptaudit.udfs.number.FloatFormat;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Counting with extremes, first indices and digest, in spans of 1 MiB out of 256 MiB. An operation
 * is a byte and the unit operations a nanosecond: <b>scores are GB/s</b>, per thread.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 6, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CodeCounterBenchmark {

  private static final int SPAN = 1 << 20;
  private static final int BYTES = 256 << 20;
  private static final int ROW = 4096;

  @Param({"gaussian-bf16", "gaussian-f16", "uniform", "constant", "sparse"})
  public String data;

  @Param({"fast", "scalar"})
  public String twin;

  private final int[] bareCounts = new int[1 << Short.SIZE];
  private ByteBuffer buffer;
  private CodeCounter counter;
  private CodeCounter byteCounter;
  private MagnitudeSearch search;
  private int next;

  @Setup
  public void setUp() {
    FloatFormat format = data.equals("gaussian-f16") ? FloatFormat.F16 : FloatFormat.BF16;
    buffer = Weights.codes(data, BYTES);
    counter = Kernels.codeCounter(format, twin.equals("fast"));
    search = Kernels.magnitudes(format, twin.equals("fast"));
    byteCounter = Kernels.codeCounter(FloatFormat.F8_E5M2, twin.equals("fast"));
  }

  @Benchmark
  @OperationsPerInvocation(SPAN)
  public void count() {
    counter.add(nextSpan());
  }

  /** The same bytes taken as elements of 8 bits. */
  @Benchmark
  @OperationsPerInvocation(SPAN)
  public void countAsF8() {
    byteCounter.add(nextSpan());
  }

  /** The largest magnitude of each row, as of embeddings, taken for itself. */
  @Benchmark
  @OperationsPerInvocation(SPAN)
  public void largestOfRows(Blackhole blackhole) {
    ByteBuffer span = nextSpan().order(buffer.order());
    for (int row = 0; row < SPAN / Short.BYTES; row += ROW) {
      blackhole.consume(search.largest(span, row, row + ROW, 0));
    }
  }

  /** Counting and then looking for magnitudes in the same span. */
  @Benchmark
  @OperationsPerInvocation(SPAN)
  public void countAndLargestOfRows(Blackhole blackhole) {
    count();
    next -= SPAN;
    largestOfRows(blackhole);
  }

  /** The baseline: what merely reading the bytes costs on this machine, now. */
  @Benchmark
  @OperationsPerInvocation(SPAN)
  public void plainSum(Blackhole blackhole) {
    LongBuffer longs = nextSpan().order(buffer.order()).asLongBuffer();
    long sum = 0;
    for (int i = 0; i < SPAN / Long.BYTES; i++) {
      sum += longs.get(i);
    }
    blackhole.consume(sum);
  }

  /** The bound: a bare loop of increments, without extremes, indices, digest or overflow. */
  @Benchmark
  @OperationsPerInvocation(SPAN)
  public void plainCount() {
    ByteBuffer span = nextSpan().order(buffer.order());
    for (int i = 0; i < SPAN; i += Integer.BYTES) {
      int two = span.getInt(i);
      bareCounts[two & 0xFFFF]++;
      bareCounts[two >>> Short.SIZE]++;
    }
  }

  private ByteBuffer nextSpan() {
    next = (next + SPAN) & (BYTES - 1);
    return buffer.slice(next, SPAN);
  }
}
