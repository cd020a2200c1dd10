package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.job.compare.ElementImage;
import io.ckptaudit.job.compare.ElementOrder;
import io.ckptaudit.job.plan.ElementLanes;
import io.ckptaudit.job.plan.ElementStretch;
import io.ckptaudit.job.plan.Split;
import io.ckptaudit.udfs.arrow.ConversionFunctions;
import io.ckptaudit.udfs.arrow.ElementCast;
import io.ckptaudit.udfs.arrow.ElementComparer;
import io.ckptaudit.udfs.arrow.TaskMemory;
import io.ckptaudit.udfs.state.ElementDifferences;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads both sides of one stretch after the other and compares them. Holds a few blocks of each
 * side and one comparer, whatever the size of the tensors. A stretch of which something could not
 * be read, for a reason that may pass, is read again from its start.
 */
final class StretchComparer implements AutoCloseable {

  private static final int ATTEMPTS = 3;

  /** Tables of codes of this JVM: most pairs of a model have the same image. */
  private static final Map<Object, long[]> TABLES = new ConcurrentHashMap<>();

  private record TableKey(Class<?> functions, ElementImage image) {}

  private final BlockReader.Opener files;
  private final TaskMemory memory;
  private final ReadPlan plan;
  private final ConversionFunctions functions;
  private ElementImage image;
  private ElementComparer comparer;

  /**
   * @param plan that maps no files
   */
  StretchComparer(
      BlockReader.Opener files, TaskMemory memory, ReadPlan plan, ConversionFunctions functions) {
    this.files = files;
    this.memory = memory;
    this.plan = plan;
    this.functions = functions;
  }

  ElementDifferences compare(ElementStretch stretch, ElementImage wanted, ElementOrder order)
      throws IOException {
    use(wanted);
    for (int attempt = 1; ; attempt++) {
      try {
        return compareOnce(stretch, order, attempt == 1 ? plan : plan.buffered());
      } catch (IOException e) {
        if (attempt == ATTEMPTS || !ReadFault.of(e).isTransient()) {
          throw e;
        }
        SplitReader.pause(attempt + 1);
      }
    }
  }

  private void use(ElementImage wanted) {
    if (!wanted.equals(image)) {
      close();
      comparer = new ElementComparer(cast(wanted), functions);
      image = wanted;
    }
  }

  private ElementCast cast(ElementImage wanted) {
    boolean looksUp = wanted.steps() != null;
    long[] codes =
        looksUp
            ? TABLES.computeIfAbsent(
                new TableKey(functions.getClass(), wanted),
                none -> wanted.codes(TableCache.of(functions)))
            : null;
    return new ElementCast(wanted.from(), wanted.first(), codes, wanted.to());
  }

  private ElementDifferences compareOnce(ElementStretch stretch, ElementOrder order, ReadPlan how)
      throws IOException {
    // Whatever ended the one before, nothing of it is of this one.
    comparer.finish();
    try (ElementStream left = left(stretch, order, how);
        ElementStream right = open(stretch.right(), how)) {
      compare(stretch, image.reversed() ? right : left, image.reversed() ? left : right);
      return comparer.finish();
    }
  }

  private void compare(ElementStretch stretch, ElementStream source, ElementStream result)
      throws IOException {
    ElementStream.Piece a = source.next();
    ElementStream.Piece b = result.next();
    int ofA = 0;
    int ofB = 0;
    for (long at = stretch.from(); at < stretch.to(); ) {
      if (ofA == a.elements()) {
        a = source.next();
        ofA = 0;
      }
      if (ofB == b.elements()) {
        b = result.next();
        ofB = 0;
      }
      int count = Math.min(a.elements() - ofA, b.elements() - ofB);
      comparer.add(a.bytes(), ofA, b.bytes(), ofB, count, at);
      ofA += count;
      ofB += count;
      at += count;
    }
  }

  private ElementStream left(ElementStretch stretch, ElementOrder order, ReadPlan how)
      throws IOException {
    ElementStream source = open(stretch.left(), how);
    if (order.isSame()) {
      return source;
    }
    try {
      return new ReorderedStream(
          source,
          order,
          stretch.left().lanes().get(0).splits().get(0).dtype(),
          stretch.from(),
          stretch.to(),
          memory);
    } catch (RuntimeException e) {
      source.close();
      throw e;
    }
  }

  private ElementStream open(ElementLanes side, ReadPlan how) {
    if (side.lanes().size() == 1) {
      ElementLanes.Lane lane = side.lanes().get(0);
      return new LaneStream(lane, blocks(lane.splits(), how.inFlight(), how));
    }
    List<LaneStream> lanes = new ArrayList<>();
    for (ElementLanes.Lane lane : side.lanes()) {
      lanes.add(new LaneStream(lane, blocks(lane.splits(), 1, how)));
    }
    return new TurnStream(lanes);
  }

  private BlockSource blocks(List<Split> splits, int inFlight, ReadPlan how) {
    BlockPlan blocks = new BlockPlan(splits, how::bytesAtOnce);
    boolean ahead = splits.stream().anyMatch(split -> how.readsAhead(split.file()));
    return ahead
        ? new ReadAhead(blocks, inFlight, () -> new BlockReader(files, memory, how))
        : BlockSource.of(blocks, new BlockReader(files, memory, how));
  }

  @Override
  public void close() {
    if (comparer != null) {
      comparer.close();
      comparer = null;
      image = null;
    }
  }
}
