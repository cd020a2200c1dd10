package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.Arrangement;
import io.ckptaudit.job.plan.Split;
import io.ckptaudit.udfs.arrow.Span;
import io.ckptaudit.udfs.arrow.SpanCounter;
import io.ckptaudit.udfs.arrow.TaskMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Has the elements of a split counted that do not simply follow one another: picks their runs from
 * the bytes of the split as these come by, through a buffer that fits a cache, and puts big-endian
 * numbers right.
 */
final class Rearrangement implements AutoCloseable {

  /** Every dtype has whole elements in so many bytes. */
  private static final int BUFFER = 8192 * BlockPlan.GRAIN;

  private final Span buffer;
  private final ByteBuffer held;
  private List<Arrangement.Axis> axes;
  private long[] index;
  private int swapped;
  private long runBytes;

  /** Where the run begins in the split, and how much of it was taken. */
  private long run;

  private long done;
  private boolean ended;
  private int filled;

  Rearrangement(TaskMemory memory) {
    buffer = memory.allocate(BUFFER);
    held = buffer.view().order(ByteOrder.LITTLE_ENDIAN);
  }

  static boolean isNeeded(Split split) {
    return !split.isOneRun() || split.arrangement() != null && split.arrangement().swapped() > 1;
  }

  void begin(Split split) {
    axes = split.arrangement().axes();
    index = new long[axes.size()];
    swapped = split.arrangement().swapped();
    runBytes = split.isOneRun() ? split.bytes() : split.arrangement().runBytes();
    run = 0;
    done = 0;
    ended = false;
    filled = 0;
  }

  /**
   * Takes what there is of the elements in the next bytes of the split.
   *
   * @param from where these bytes begin in the split
   */
  void add(Span part, long from, int bytes, SpanCounter counter) {
    ByteBuffer source = part.view(0, bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (!ended && run + done < from + bytes) {
      long at = run + done - from;
      int length = (int) Math.min(Math.min(runBytes - done, bytes - at), BUFFER - filled);
      copy(source, (int) at, length);
      filled += length;
      done += length;
      if (filled == BUFFER) {
        flush(counter);
      }
      if (done == runBytes) {
        done = 0;
        advance();
      }
    }
  }

  private void copy(ByteBuffer source, int at, int length) {
    switch (length) {
      case Short.BYTES -> held.putShort(filled, source.getShort(at));
      case Integer.BYTES -> held.putInt(filled, source.getInt(at));
      case Long.BYTES -> held.putLong(filled, source.getLong(at));
      default -> held.put(filled, source, at, length);
    }
  }

  private void advance() {
    for (int i = index.length - 1; i >= 0; i--) {
      Arrangement.Axis axis = axes.get(i);
      if (++index[i] < axis.count()) {
        run += axis.stride();
        return;
      }
      index[i] = 0;
      run -= (axis.count() - 1) * axis.stride();
    }
    ended = true;
  }

  /** To be called when all of the split was given. */
  void end(SpanCounter counter) {
    flush(counter);
  }

  private void flush(SpanCounter counter) {
    swap();
    if (filled > 0) {
      counter.add(buffer, filled);
    }
    filled = 0;
  }

  private void swap() {
    switch (swapped) {
      case Short.BYTES -> {
        for (int i = 0; i < filled; i += Short.BYTES) {
          held.putShort(i, Short.reverseBytes(held.getShort(i)));
        }
      }
      case Integer.BYTES -> {
        for (int i = 0; i < filled; i += Integer.BYTES) {
          held.putInt(i, Integer.reverseBytes(held.getInt(i)));
        }
      }
      case Long.BYTES -> {
        for (int i = 0; i < filled; i += Long.BYTES) {
          held.putLong(i, Long.reverseBytes(held.getLong(i)));
        }
      }
      default -> {
        // Bytes have no order.
      }
    }
  }

  @Override
  public void close() {
    buffer.close();
  }
}
