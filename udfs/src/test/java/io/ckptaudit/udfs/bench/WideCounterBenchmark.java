package io.ckptaudit.udfs.bench;

import io.ckptaudit.udfs.kernel.ConversionKernel;
import io.ckptaudit.udfs.kernel.Kernels;
import io.ckptaudit.udfs.kernel.WideCounter;
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
 * The exact state of F32 weights with casts to F16 and BF16, conversions included, in spans of 1
 * MiB out of 256 MiB. An operation is a byte of the source and the unit operations a nanosecond:
 * <b>scores are GB/s of F32</b>, per thread.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 6, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class WideCounterBenchmark {

  private static final int SPAN = 1 << 20;
  private static final int BYTES = 256 << 20;
  private static final int BLOCK_BYTES = WideCounter.BLOCK * Float.BYTES;

  @Param({"gaussian", "bf16"})
  public String data;

  @Param({"fast", "scalar"})
  public String twin;

  private ByteBuffer floats;
  private ByteBuffer others;
  private ByteBuffer codes;
  private ConversionKernel conversions;
  private WideCounter counter;
  private int next;

  @Setup
  public void setUp() {
    floats = Weights.floats(BYTES / Float.BYTES);
    if (data.equals("bf16")) {
      for (int i = 0; i < BYTES; i += Float.BYTES) {
        floats.putShort(i, (short) 0);
      }
    }
    others = Weights.direct(BLOCK_BYTES);
    codes = Weights.direct(WideCounter.BLOCK * Short.BYTES);
    conversions = Kernels.conversions();
    counter = Kernels.wideCounter(FloatFormat.F32, twin.equals("fast"));
  }

  @Benchmark
  @OperationsPerInvocation(SPAN)
  public void count() {
    ByteBuffer span = nextSpan();
    for (int from = 0; from < SPAN; from += BLOCK_BYTES) {
      int elements = counter.separate(span.slice(from, BLOCK_BYTES), others);
      cast(Target.F16, elements);
      cast(Target.BF16, elements);
    }
  }

  private void cast(Target target, int elements) {
    if (elements > 0) {
      conversions.fromFloat(target, others, codes, elements);
      counter.count(target, codes, (to, value, cast) -> {});
    }
  }

  /** What is done before any cast. */
  @Benchmark
  @OperationsPerInvocation(SPAN)
  public void separate() {
    ByteBuffer span = nextSpan();
    for (int from = 0; from < SPAN; from += BLOCK_BYTES) {
      counter.separate(span.slice(from, BLOCK_BYTES), others);
    }
  }

  /** The baseline: what merely reading the bytes costs on this machine, now. */
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
