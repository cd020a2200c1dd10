package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.ReadFailure;
import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.udfs.state.SliceMagnitudes;
import io.ckptaudit.udfs.state.TensorState;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a task made of a split, as bytes: a state, or why there is none. A tensor with one split
 * that could not be read has no figures at all, whatever became of the others.
 *
 * <pre>
 * byte 0   0: the bytes of the state of the tensor itself follow, and nothing else was learnt
 *          1: a ReadFailure in ASCII: the name of the fault, a space, where it was met in 16
 *             hexadecimal digits, and after how many attempts in 8
 *          2: all that was learnt, numbers big-endian:
 *             i32 checksums, then of each: i32 slice, i32 contribution to its CRC-32
 *             i32 length of the magnitudes of slices, −1 where there are none; those
 *             i32 states, then of each: i32 copy, i32 length, bytes; ascending
 * </pre>
 */
final class SplitOutcome {

  private static final byte STATE = 0;
  private static final byte FAULT = 1;
  private static final byte MORE = 2;

  private SplitOutcome() {}

  static byte[] of(CountedSplit counted) {
    if (counted.slices() == null
        && counted.checksums().isEmpty()
        && counted.states().keySet().equals(Set.of(0))) {
      return tagged(STATE, counted.state().toBytes());
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(MORE);
      out.writeInt(counted.checksums().size());
      for (Map.Entry<Integer, Integer> checksum : counted.checksums().entrySet()) {
        out.writeInt(checksum.getKey());
        out.writeInt(checksum.getValue());
      }
      byte[] slices = counted.slices() == null ? new byte[0] : counted.slices().toBytes();
      out.writeInt(counted.slices() == null ? -1 : slices.length);
      out.write(slices);
      out.writeInt(counted.states().size());
      for (Map.Entry<Integer, TensorState> state : counted.states().entrySet()) {
        byte[] content = state.getValue().toBytes();
        out.writeInt(state.getKey());
        out.writeInt(content.length);
        out.write(content);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static byte[] of(ReadFailure failure) {
    String text =
        String.format(
            Locale.ROOT,
            "%s %016x%08x",
            failure.fault().name(),
            failure.position(),
            failure.attempts());
    return tagged(FAULT, text.getBytes(StandardCharsets.US_ASCII));
  }

  static boolean isFault(byte[] outcome) {
    return outcome[0] == FAULT;
  }

  /** Of the tensor itself. */
  static TensorState state(byte[] outcome) {
    return counted(outcome).state();
  }

  /** All that was learnt. */
  static CountedSplit counted(byte[] outcome) {
    ByteBuffer in = ByteBuffer.wrap(outcome, 1, outcome.length - 1);
    SortedMap<Integer, TensorState> states = new TreeMap<>();
    SortedMap<Integer, Integer> checksums = new TreeMap<>();
    if (outcome[0] != MORE) {
      states.put(0, TensorState.fromBytes(next(in, in.remaining())));
      return new CountedSplit(states, null, checksums);
    }
    for (int left = in.getInt(); left > 0; left--) {
      checksums.put(in.getInt(), in.getInt());
    }
    int length = in.getInt();
    SliceMagnitudes slices = length < 0 ? null : SliceMagnitudes.fromBytes(next(in, length));
    for (int left = in.getInt(); left > 0; left--) {
      int copy = in.getInt();
      states.put(copy, TensorState.fromBytes(next(in, in.getInt())));
    }
    return new CountedSplit(states, slices, checksums);
  }

  private static byte[] next(ByteBuffer in, int length) {
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  static ReadFailure failure(byte[] outcome) {
    String text = new String(outcome, 1, outcome.length - 1, StandardCharsets.US_ASCII);
    int digits = text.indexOf(' ') + 1;
    return new ReadFailure(
        ReadFault.valueOf(text.substring(0, digits - 1)),
        Long.parseUnsignedLong(text, digits, digits + 16, 16),
        Integer.parseInt(text, digits + 16, digits + 24, 16));
  }

  /** Whether a second pass may come to another outcome. */
  static boolean isForSecondPass(byte[] outcome) {
    return isFault(outcome) && failure(outcome).fault().isForSecondPass();
  }

  /**
   * Commutative and associative; of two faults the lesser by its bytes stays, which is the first in
   * the file where they are the same.
   */
  static byte[] merge(byte[] a, byte[] b) {
    if (isFault(a) && isFault(b)) {
      return Arrays.compareUnsigned(a, b) <= 0 ? a : b;
    }
    if (isFault(a) || isFault(b)) {
      return isFault(a) ? a : b;
    }
    return of(counted(a).merge(counted(b)));
  }

  private static byte[] tagged(byte tag, byte[] content) {
    byte[] outcome = new byte[content.length + 1];
    outcome[0] = tag;
    System.arraycopy(content, 0, outcome, 1, content.length);
    return outcome;
  }
}
