package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.job.pipeline.StepCursor.SideFault;
import io.ckptaudit.job.plan.Split;
import io.ckptaudit.udfs.arrow.TaskMemory;
import io.ckptaudit.udfs.arrow.UpdateSplitCounter;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.state.UpdateCounts;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Reads both sides of splits and compares them. A split that cannot be read, for a reason that may
 * pass, is read again alone and from its start.
 */
final class StepReader implements AutoCloseable {

  private static final int ATTEMPTS = 3;

  private final BlockReader.Opener files;
  private final TaskMemory memory;
  private final ReadPlan plan;
  private final Map<DType, UpdateSplitCounter> counters = new EnumMap<>(DType.class);
  private Sides sides;

  StepReader(BlockReader.Opener files, TaskMemory memory, ReadPlan plan) {
    this.files = files;
    this.memory = memory;
    this.plan = plan;
  }

  /** Both cursors over the same splits. */
  private record Sides(StepCursor before, StepCursor after) implements AutoCloseable {

    UpdateCounts compare(StepSplit split, UpdateSplitCounter counter) throws SideFault {
      counter.reset();
      for (long done = 0; done < split.before().bytes(); ) {
        int bytes = Math.min(before.available(split.before()), after.available(split.after()));
        try {
          counter.add(before.span(), before.position(), after.span(), after.position(), bytes);
        } catch (InternalError e) {
          throw before.lostMapping(e);
        }
        before.pass(bytes);
        after.pass(bytes);
        done += bytes;
      }
      return counter.finish();
    }

    @Override
    public void close() throws IOException {
      try (before;
          after) {
        // Both are closed.
      }
    }
  }

  /** Begins to read these splits, which are then asked for in this order. */
  void begin(List<StepSplit> splits) throws IOException {
    closeSides();
    sides = sides(splits, plan);
  }

  private Sides sides(List<StepSplit> splits, ReadPlan how) {
    return new Sides(
        new StepCursor(0, blocks(splits.stream().map(StepSplit::before).toList(), how)),
        new StepCursor(1, blocks(splits.stream().map(StepSplit::after).toList(), how)));
  }

  private BlockSource blocks(List<Split> splits, ReadPlan how) {
    BlockPlan blocks = new BlockPlan(splits, how::bytesAtOnce);
    boolean ahead = splits.stream().anyMatch(split -> how.readsAhead(split.file()));
    return ahead
        ? new ReadAhead(blocks, how.inFlight(), () -> new BlockReader(files, memory, how))
        : BlockSource.of(blocks, new BlockReader(files, memory, how));
  }

  /** What became of the elements of the next split. */
  UpdateCounts read(StepSplit split) throws SideFault, IOException {
    UpdateSplitCounter counter =
        counters.computeIfAbsent(split.before().dtype(), UpdateSplitCounter::new);
    SideFault failure;
    try {
      return sides.compare(split, counter);
    } catch (SideFault e) {
      failure = e;
    }
    for (int attempt = 2; attempt <= ATTEMPTS && mayPass(failure); attempt++) {
      SplitReader.pause(attempt);
      try (Sides alone = sides(List.of(split), plan.buffered())) {
        return alone.compare(split, counter);
      } catch (SideFault e) {
        failure = e;
      }
    }
    throw failure;
  }

  private static boolean mayPass(SideFault failure) {
    return ReadFault.of(failure.fault()).isTransient();
  }

  private void closeSides() throws IOException {
    Sides open = sides;
    sides = null;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public void close() throws IOException {
    closeSides();
  }
}
