package io.ckptaudit.job.pipeline;

import static io.ckptaudit.job.testing.TorchBytes.dict;
import static io.ckptaudit.job.testing.TorchBytes.floats;
import static io.ckptaudit.job.testing.TorchBytes.zip;

import io.ckptaudit.job.testing.PickleBytes;
import java.util.ArrayList;
import java.util.List;

/**
 * One way in which a PyTorch file can be wrong, and the same file repaired.
 *
 * @param row of the test plan, with a letter
 * @param twin repaired: an audit of it exits with 0, and finds none of the same
 * @param findings all above INFO, and of INFO those that are looked for
 * @param code with which an audit of the file alone exits
 * @param ofValues whether it takes more than a look at the header
 */
record TorchCase(
    String row, byte[] bytes, byte[] twin, List<Expected> findings, int code, boolean ofValues) {

  static final byte[] W = floats(4);
  static final byte[] SOUND_PICKLE = dict(TorchCase::w);
  static final byte[] SOUND = zip(SOUND_PICKLE, W).bytes();

  /**
   * A finding that must be there.
   *
   * @param offset in the file; null where the finding has none
   * @param message a part of it
   */
  record Expected(String rule, Long offset, String message) {}

  static TorchCase of(String row, byte[] bytes, byte[] twin) {
    return new TorchCase(row, bytes, twin, List.of(), 10, false);
  }

  TorchCase row(String other) {
    return new TorchCase(other, bytes, twin, findings, code, ofValues);
  }

  /** As the next of its findings. */
  TorchCase finds(String rule, long at, String text) {
    return finds(new Expected(rule, at, text));
  }

  /** One that is of no place in the file. */
  TorchCase finds(String rule, String text) {
    return finds(new Expected(rule, null, text));
  }

  private TorchCase finds(Expected next) {
    List<Expected> all = new ArrayList<>(findings);
    all.add(next);
    return new TorchCase(row, bytes, twin, List.copyOf(all), code, ofValues);
  }

  TorchCase exits(int other) {
    return new TorchCase(row, bytes, twin, findings, other, ofValues);
  }

  /** What is found is in the values. */
  TorchCase ofItsValues() {
    return new TorchCase(row, bytes, twin, findings, code, true);
  }

  /** The one tensor that most files have, as a key and value of a dictionary. */
  static void w(PickleBytes pickle) {
    pickle.text("w").vector("FloatStorage", "0", 4);
  }

  /** Rows T1 to T26 and L1. */
  static List<TorchCase> all() {
    List<TorchCase> all = new ArrayList<>();
    all.addAll(TorchPickleCases.all());
    all.addAll(TorchStorageCases.all());
    all.addAll(TorchZipCases.all());
    all.addAll(TorchOtherCases.all());
    return all;
  }

  @Override
  public String toString() {
    return row + " " + (findings.isEmpty() ? "" : findings.get(0).rule());
  }
}
