package io.ckptaudit.udfs.bench;

import io.ckptaudit.udfs.kernel.ConversionKernel;
import io.ckptaudit.udfs.kernel.Kernels;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
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
 * Conversions of spans of 1 MiB of F32, out of 256 MiB, and back. An operation is a byte of the F32
 * side and the unit operations a nanosecond: <b>scores are GB/s of F32</b>, per thread.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 6, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ConversionBenchmark {

  private static final int ELEMENTS = 1 << 18;
  private static final int SPAN = ELEMENTS * Float.BYTES;
  private static final int BYTES = 256 << 20;

  @Param({"F16", "BF16", "F8_E4M3"})
  public Target target;

  @Param({"fast", "scalar"})
  public String twin;

  private ConversionKernel kernel;
  private ByteBuffer floats;
  private ByteBuffer codes;
  private ByteBuffer result;
  private int next;

  @Setup
  public void setUp() {
    kernel = Kernels.conversions(twin.equals("fast"));
    floats = Weights.floats(BYTES / Float.BYTES);
    codes = Weights.direct(ELEMENTS * Short.BYTES);
    result = Weights.direct(SPAN);
    kernel.fromFloat(target, floats, codes, ELEMENTS);
  }

  @Benchmark
  @OperationsPerInvocation(SPAN)
  public void fromFloat() {
    kernel.fromFloat(target, nextSpan(), codes, ELEMENTS);
  }

  /** From the codes of weights, which fit in the second-level cache. */
  @Benchmark
  @OperationsPerInvocation(SPAN)
  public void toFloat() {
    FloatFormat source = target.format();
    kernel.toFloat(source, codes, result, ELEMENTS);
  }

  /** The baseline: what merely reading the F32 bytes costs on this machine, now. */
  @Benchmark
  @OperationsPerInvocation(SPAN)
  public void plainSum(Blackhole blackhole) {
    LongBuffer longs = nextSpan().order(floats.order()).asLongBuffer();
    long sum = 0;
    for (int i = 0; i < SPAN / Long.BYTES; i++) {
      sum += longs.get(i);
    }
    blackhole.consume(sum);
  }

  private ByteBuffer nextSpan() {
    next = (next + SPAN) & (BYTES - 1);
    return floats.slice(next, SPAN);
  }
}
