package io.ckptaudit.udfs.bench;

import io.ckptaudit.udfs.kernel.ScaleCounter;
import io.ckptaudit.udfs.kernel.UpdateCounter;
import io.ckptaudit.udfs.number.FloatFormat;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Updates and scaling classes of gaussian weights, in spans of 1 MiB out of 64 MiB a side. An
 * operation is a byte that is read, of both sides for updates: <b>scores are GB/s</b>, per thread.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 4, time = 1)
@Fork(1)
public class TrainingCounterBenchmark {

  private static final int SPAN = 1 << 20;
  private static final int BYTES = 64 << 20;

  private final UpdateCounter updates = new UpdateCounter(FloatFormat.F32);
  private final UpdateCounter halves = new UpdateCounter(FloatFormat.BF16);
  private final ScaleCounter scales = new ScaleCounter(FloatFormat.F32);
  private ByteBuffer before;
  private ByteBuffer after;
  private ByteBuffer codesBefore;
  private ByteBuffer codesAfter;
  private int next;

  @Setup
  public void setUp() {
    before = Weights.floats(BYTES / Float.BYTES);
    after = Weights.direct(BYTES);
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < BYTES; i += Float.BYTES) {
      double change = Math.pow(2, -6 - 9 * random.nextDouble());
      after.putFloat(
          i, (float) (before.getFloat(i) * (1 + (random.nextBoolean() ? change : -change))));
    }
    codesBefore = Weights.direct(BYTES);
    codesAfter = Weights.direct(BYTES);
    for (int i = 0; i < BYTES; i += Short.BYTES) {
      double weight = random.nextGaussian() * 0.02;
      long code = FloatFormat.BF16.round(weight);
      double step = random.nextGaussian() * 1e-4;
      codesBefore.putShort(i, (short) code);
      codesAfter.putShort(
          i, (short) FloatFormat.BF16.round(FloatFormat.BF16.decode((int) code) + step));
    }
  }

  @Benchmark
  @OperationsPerInvocation(2 * SPAN)
  public void updates() {
    advance();
    updates.add(before.slice(next, SPAN), after.slice(next, SPAN));
  }

  /** Steps of 1e-4 on weights of 0.02: about a last place of BF16. */
  @Benchmark
  @OperationsPerInvocation(2 * SPAN)
  public void updatesOfBf16() {
    advance();
    halves.add(codesBefore.slice(next, SPAN), codesAfter.slice(next, SPAN));
  }

  /** Halves of floats as BF16: every second value is noise. */
  @Benchmark
  @OperationsPerInvocation(2 * SPAN)
  public void updatesOfNoise() {
    advance();
    halves.add(before.slice(next, SPAN), after.slice(next, SPAN));
  }

  @Benchmark
  @OperationsPerInvocation(SPAN)
  public void scales() {
    advance();
    scales.add(before.slice(next, SPAN));
  }

  private void advance() {
    next = (next + SPAN) & (BYTES - 1);
  }
}
