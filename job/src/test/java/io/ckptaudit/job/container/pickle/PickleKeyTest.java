package io.ckptaudit.job.container.pickle;

import static io.ckptaudit.job.testing.PickleBytes.pickle;
import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.container.HeldBytes;
import io.ckptaudit.job.container.pickle.PickleFault.Kind;
import io.ckptaudit.job.testing.CpuTime;
import io.ckptaudit.job.testing.PickleBytes;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Row T7: keys of dictionaries, made to be slow to tell apart, or that are no plain values. */
class PickleKeyTest {
  private static final PickleDialect DIALECT =
      new PickleDialect(Set.of("torch float32", "_codecs encode"), Set.of(), Set.of());

  private static Pickle read(byte[] bytes) throws IOException {
    return Pickle.read(new HeldBytes(bytes), 0, bytes.length, DIALECT);
  }

  /** Four texts of one hash; tuples of sixteen of them have one too, and there are 4^16. */
  private static final String[] SAME = {"AaAa", "AaBB", "BBAa", "BBBB"};

  private static byte[] sameHashes(int keys) {
    PickleBytes pickle = pickle();
    for (int i = 0; i < SAME.length; i++) {
      pickle.text(SAME[i]).op("q").raw(i);
    }
    pickle.op("}(");
    for (int i = 0; i < keys; i++) {
      pickle.op("(");
      for (int k = 0; k < 16; k++) {
        pickle.op("h").raw(i >> 2 * k & 3);
      }
      pickle.op("tN");
    }
    return pickle.op("u").stop();
  }

  @Test
  void tuplesMadeToShareAHashAreTold() throws Exception {
    byte[] bytes = sameHashes(100_000);
    Pickle pickle = CpuTime.within(3, () -> read(bytes));
    assertThat(pickle.faults()).isEmpty();
    assertThat(((PickleDict) pickle.root()).entries()).hasSize(100_000);
  }

  /** Keys of two kinds: a hash table that compares only those of one kind looks through all. */
  @Test
  void numbersAndTextsMadeToShareAHashAreTold() throws Exception {
    int bits = 14;
    long hash = "Aa".repeat(bits).hashCode() & 0xFFFFFFFFL;
    PickleBytes bytes = pickle().op("}(");
    for (long i = 0; i < 1 << bits; i++) {
      StringBuilder text = new StringBuilder();
      for (int bit = 0; bit < bits; bit++) {
        text.append((i >> bit & 1) == 0 ? "Aa" : "BB");
      }
      bytes.text(text.toString()).op("N").number((i + 1) << 32 | (i + 1) ^ hash).op("N");
    }
    byte[] whole = bytes.op("u").stop();
    Pickle pickle = CpuTime.within(2, () -> read(whole));
    assertThat(pickle.faults()).isEmpty();
    assertThat(((PickleDict) pickle.root()).entries()).hasSize(2 << bits);
  }

  @Test
  void keysAreNamedTheSameInEveryRun() throws IOException {
    byte[] bytes =
        pickle()
            .op("}(")
            .global("torch", "float32")
            .op("N")
            .global("_codecs", "encode")
            .text("ab")
            .text("latin1")
            .raw(0x86)
            .op("RN")
            .vector("FloatStorage", "0", 4)
            .op("N")
            .text("x")
            .op("QN")
            .raw(0x88)
            .op("Nu")
            .stop();
    PickleDict dict = (PickleDict) read(bytes).root();
    assertThat(dict.entries().keySet())
        .extracting(PickleKey::toString)
        .containsExactly(
            "float32",
            "encode[ab, latin1]",
            "<object at byte " + (bytes.length - 14) + ">",
            "<object at byte " + (bytes.length - 6) + ">",
            "true");
  }

  @Test
  void equalKeysOfAnyKindAreThereTwice() throws IOException {
    PickleBytes bytes = pickle().op("}(");
    for (int i = 0; i < 2; i++) {
      bytes.global("torch", "float32").op("N").numbers(1, 2).op("N");
      bytes.global("_codecs", "encode").text("ab").raw(0x85).op("RN");
    }
    assertThat(read(bytes.op("u").stop()).faults())
        .filteredOn(fault -> fault.kind() == Kind.DUPLICATE_KEY)
        .extracting(PickleFault::subject)
        .containsExactly("float32", "[1, 2]", "encode[ab]");
  }

  @Test
  void keysOfWhichOnlyTheLengthIsKeptAreRefused() throws IOException {
    byte[] bytes = pickle().op("}").raw('C', 3, 1, 2, 3).op("Ns.").bytes();
    assertThat(read(bytes).faults())
        .contains(new PickleFault(Kind.LIMIT, 9, null, "a key is bytes or long text, of length 3"));
  }
}
