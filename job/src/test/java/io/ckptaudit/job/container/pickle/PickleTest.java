package io.ckptaudit.job.container.pickle;

import static io.ckptaudit.job.testing.PickleBytes.pickle;
import static io.ckptaudit.job.testing.PickleBytes.withoutProtocol;
import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.container.HeldBytes;
import io.ckptaudit.job.container.pickle.PickleFault.Kind;
import io.ckptaudit.job.testing.CpuTime;
import io.ckptaudit.job.testing.MutantLoop;
import io.ckptaudit.job.testing.PickleBytes;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rows T1 and T3 to T8: values stay inert, and what is wrong has a kind and a position. */
class PickleTest {
  private static final PickleDialect DIALECT =
      new PickleDialect(
          Set.of("collections OrderedDict", "builtins set", "torch._utils _rebuild_tensor_v2"),
          Set.of("collections OrderedDict"),
          Set.of("builtins set"));

  private static Pickle read(byte[] bytes) throws IOException {
    return Pickle.read(new HeldBytes(bytes), 0, bytes.length, DIALECT);
  }

  private static void assertEnds(byte[] bytes, Kind kind, long position, String reason)
      throws IOException {
    Pickle pickle = read(bytes);
    assertThat(pickle.isWhole()).isFalse();
    PickleFault last = pickle.faults().get(pickle.faults().size() - 1);
    assertThat(last.kind()).isEqualTo(kind);
    assertThat(last.position()).isEqualTo(position);
    assertThat(last.reason()).contains(reason);
  }

  @Test
  void valuesAreWhatPythonWouldMake() throws IOException {
    byte[] bytes =
        pickle()
            .op("]q\0(")
            .number(-7)
            .raw('K', 200, 'M', 0, 1)
            .number(1L << 40)
            .raw(0x8A, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1)
            .raw(0x8A, 0)
            .raw('G', 0x3F, 0xF8, 0, 0, 0, 0, 0, 0)
            .op("N")
            .raw(0x88, 0x89)
            .text("é")
            .op("U\3abc")
            .raw('K', 1, 0x85)
            .op("h\0e")
            .stop();
    Pickle pickle = read(bytes);
    assertThat(pickle.faults()).isEmpty();
    assertThat(pickle.end()).isEqualTo(bytes.length);
    PickleList list = (PickleList) pickle.root();
    assertThat(list.items().subList(0, 11))
        .containsExactly(
            -7L,
            200L,
            256L,
            1L << 40,
            BigInteger.ONE.shiftLeft(64),
            0L,
            1.5,
            PickleNone.NONE,
            true,
            false,
            "é");
    assertThat(list.items().get(11)).isEqualTo("abc");
    assertThat(((PickleTuple) list.items().get(12)).items()).containsExactly(1L);
    assertThat(list.items().get(13)).as("it contains itself").isSameAs(list);
  }

  @Test
  void dictionariesAndTheirAttributes() throws IOException {
    byte[] bytes =
        pickle()
            .orderedDict()
            .op("(")
            .text("a")
            .number(1)
            .numbers(1, 2)
            .number(3)
            .op("u}")
            .text("_metadata")
            .op("Nsb")
            .stop();
    PickleDict dict = (PickleDict) read(bytes).root();
    assertThat(dict.get("a")).isEqualTo(1L);
    assertThat(dict.entries().keySet())
        .extracting(PickleKey::toString)
        .containsExactly("a", "[1, 2]");
  }

  @Test
  void callsAreRecordsAndOutsideObjectsAreIds() throws IOException {
    byte[] bytes = pickle().vector("FloatStorage", "0", 4).stop();
    PickleCall call = (PickleCall) read(bytes).root();
    assertThat(call.function()).isEqualTo("torch._utils _rebuild_tensor_v2");
    assertThat(call.isAllowed()).isTrue();
    PersistentRef storage = (PersistentRef) call.arguments().get(0);
    PickleTuple id = (PickleTuple) storage.id();
    assertThat(((GlobalRef) id.get(1)).text()).isEqualTo("torch FloatStorage");
    assertThat(id.get(4)).isEqualTo(4L);
  }

  @Test
  void namesThatAreNotAllowedAreReportedAndNothingIsCalled() throws IOException {
    PickleBytes builder = pickle().op("]");
    int at = builder.position();
    byte[] bytes =
        builder
            .global("posix", "system")
            .text("touch x")
            .raw(0x85)
            .op("Ra")
            .number(1)
            .op("a")
            .stop();
    Pickle pickle = read(bytes);
    assertThat(pickle.faults())
        .containsExactly(
            new PickleFault(
                Kind.GLOBAL, at, "posix.system", "it is not on the list of what is harmless"));
    PickleCall call = (PickleCall) ((PickleList) pickle.root()).items().get(0);
    assertThat(call.isAllowed()).isFalse();
    assertThat(((PickleList) pickle.root()).items().get(1)).isEqualTo(1L);
  }

  @Test
  void aDottedNameIsNotTheSameAsADottedModule() throws IOException {
    Pickle pickle = read(pickle().global("torch", "_utils._rebuild_tensor_v2").stop());
    assertThat(pickle.faults()).extracting(PickleFault::kind).containsExactly(Kind.GLOBAL);
  }

  @Test
  void objectsOfUnknownClassesKeepWhatTheyAreGiven() throws IOException {
    byte[] bytes =
        pickle()
            .global("my", "Model")
            .op(")")
            .raw(0x81)
            .op("}")
            .text("w")
            .number(5)
            .op("sb(")
            .text("k")
            .number(6)
            .op("u")
            .number(7)
            .op("a.")
            .bytes();
    PickleCall object = (PickleCall) read(bytes).root();
    assertThat(((PickleDict) object.state()).get("w")).isEqualTo(5L);
    assertThat(object.items().get("k")).isEqualTo(6L);
    assertThat(object.elements().items()).containsExactly(7L);
  }

  @Test
  void protocol4IsReadAndReported() throws IOException {
    byte[] bytes =
        withoutProtocol()
            .raw(0x80, 4, 0x95, 9, 0, 0, 0, 0, 0, 0, 0)
            .op("}")
            .raw(0x94)
            .shortText("collections")
            .shortText("OrderedDict")
            .raw(0x93, 0x94)
            .op(")R.")
            .bytes();
    Pickle pickle = read(bytes);
    assertThat(pickle.root()).isInstanceOf(PickleDict.class);
    assertThat(pickle.faults())
        .containsExactly(new PickleFault(Kind.PROTOCOL, 0, null, "it is of protocol 4"));
  }

  @Test
  void opcodesThatAreRefused() throws IOException {
    assertEnds(pickle().op("N2.").bytes(), Kind.OPCODE, 3, "DUP (0x32) is never executed");
    for (String opcode : List.of("i", "o", "P", "0", "I", "g", "p", "\u0082", "\u0092")) {
      assertEnds(pickle().op(opcode).op("........").bytes(), Kind.OPCODE, 2, "is never executed");
    }
  }

  @Test
  void whatNoUnpicklerCouldRead() throws IOException {
    assertEnds(pickle().op("R.").bytes(), Kind.CORRUPT, 2, "the stack has none");
    assertEnds(pickle().op("t.").bytes(), Kind.CORRUPT, 2, "needs a mark");
    assertEnds(pickle().op("h\7.").bytes(), Kind.CORRUPT, 2, "its memo has no value 7");
    assertEnds(pickle().op("N").bytes(), Kind.CORRUPT, 3, "ends inside an opcode or before STOP");
    assertEnds(pickle().raw(0xFF).bytes(), Kind.CORRUPT, 2, "0xff is no opcode");
    assertEnds(pickle().raw('U', 9, 'a').bytes(), Kind.CORRUPT, 2, "of length 9 and has 1 left");
    assertEnds(pickle().raw('X', 1, 0, 0, 0, 0xFF).stop(), Kind.CORRUPT, 2, "is not UTF-8");
  }

  @Test
  void lengthsAreBoundedBeforeAnythingIsAllocated() throws IOException {
    byte[] huge = pickle().raw('X').i32(Integer.MAX_VALUE).op("ab.").bytes();
    assertEnds(huge, Kind.CORRUPT, 2, "of length 2147483647 and has 3 left");
    byte[] eight =
        withoutProtocol().raw(0x80, 4, 0x8D, 255, 255, 255, 255, 255, 255, 255, 255).bytes();
    assertEnds(eight, Kind.CORRUPT, 2, "of length 18446744073709551615");
    byte[] number = pickle().raw(0x8A, 255).raw(new byte[255]).stop();
    assertThat(read(number).root()).isEqualTo(0L);
    assertThat(read(pickle().op("Nr\u00ff\u00ff\u00ff\u00ff.").bytes()).root())
        .isEqualTo(PickleNone.NONE);
  }

  @Test
  void longTextIsPassedOver() throws IOException {
    byte[] bytes = pickle().text("x".repeat(70_000)).stop();
    assertThat(((OmittedBytes) read(bytes).root()).length()).isEqualTo(70_000);
  }

  @Test
  void bombsMeetALimit() throws Exception {
    CpuTime.within(
        3,
        () -> {
          byte[] nested = new byte[(1 << 20) + 10];
          Arrays.fill(nested, (byte) ']');
          assertEnds(nested, Kind.LIMIT, 1 << 20, "its stack has more than 1048576 values");
          byte[] marks = new byte[(1 << 20) + 10];
          Arrays.fill(marks, (byte) '(');
          assertEnds(marks, Kind.LIMIT, 1 << 20, "more than 1048576 values");
          byte[] tupleKey = pickle().op("]q\0}h\0").raw(0x85).op("Ns.").bytes();
          assertEnds(tupleKey, Kind.LIMIT, 10, "a key is a tuple");
          return 0;
        });
  }

  @Test
  @Tag("full")
  void copiesOfContainersCount() throws IOException {
    PickleBytes bomb = pickle().global("builtins", "set").op("q\0(");
    for (int i = 0; i < 100_000; i++) {
      bomb.op("N");
    }
    bomb.op("t").raw(0x85, 'q', 1);
    for (int i = 0; i < 1000; i++) {
      bomb.op("h\0h\1R");
    }
    PickleBytes lists = pickle().global("builtins", "set").op("q\0]q\2(");
    for (int i = 0; i < 100_000; i++) {
      lists.op("N");
    }
    lists.op("e").raw(0x85, 'q', 1);
    for (int i = 0; i < 1000; i++) {
      lists.op("h\0h\1R");
    }
    assertThat(read(lists.stop()).faults())
        .extracting(PickleFault::kind)
        .containsExactly(Kind.LIMIT);
    assertThat(read(bomb.stop()).faults())
        .extracting(PickleFault::kind)
        .containsExactly(Kind.LIMIT);
  }

  @Test
  void namesOnTheStackHaveTheLimitOfOthers() throws IOException {
    PickleBytes bytes = pickle().text("x".repeat(1025)).text("y");
    int at = bytes.position();
    assertEnds(bytes.raw(0x93).stop(), Kind.CORRUPT, at, "a name in it has more than 1024 bytes");
  }

  @Test
  void aFarPlaceInTheMemoCostsMore() throws PickleException {
    PickleMemo memo = new PickleMemo();
    assertThat(memo.bytes(60)).isEqualTo(16);
    assertThat(memo.bytes(1L << 31)).isEqualTo(72);
  }

  @Test
  void itemsOfWhatHasNone() throws IOException {
    byte[] tensor = pickle().vector("FloatStorage", "0", 4).op("NNs.").bytes();
    assertEnds(tensor, Kind.CORRUPT, tensor.length - 2, "it sets items of a tensor");
    assertEnds(pickle().op("]NNs.").bytes(), Kind.CORRUPT, 5, "it sets items of a list");
    assertEnds(pickle().op("}Na.").bytes(), Kind.CORRUPT, 4, "it appends to a dict");
  }

  @Test
  void aKeyThatIsThereTwice() throws IOException {
    byte[] bytes = pickle().op("}(").text("a").op("N").text("a").raw(0x88).op("u.").bytes();
    Pickle pickle = read(bytes);
    assertThat(pickle.faults())
        .containsExactly(
            new PickleFault(
                Kind.DUPLICATE_KEY, bytes.length - 2, "a", "a dictionary has it twice"));
    assertThat(((PickleDict) pickle.root()).get("a")).isEqualTo(true);
  }

  @Test
  void fiveHundredMutants() throws Exception {
    CpuTime.within(5, () -> mutate(20261122, 500));
  }

  @Test
  @Tag("full")
  void manyMutants() throws Exception {
    CpuTime.within(120, () -> mutate(7, 20_000));
  }

  private static int mutate(long seed, int count) throws IOException {
    byte[] original =
        pickle()
            .op("}q\0(")
            .text("a.weight")
            .vector("FloatStorage", "0", 4)
            .text("n")
            .op("]q\1(")
            .number(1)
            .op("h\0ee")
            .stop();
    for (int i = 0; i < count; i++) {
      Random random = new Random(seed + i);
      byte[] mutant = original.clone();
      for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
        int at = random.nextInt(mutant.length);
        mutant[at] =
            random.nextBoolean()
                ? original[random.nextInt(original.length)]
                : (byte) random.nextInt();
        if (random.nextInt(8) == 0) {
          mutant = Arrays.copyOf(mutant, 1 + random.nextInt(mutant.length));
        }
      }
      try {
        byte[] input = mutant;
        Pickle pickle = MutantLoop.within(() -> read(input));
        assertThat(pickle.isWhole() || !pickle.faults().isEmpty()).isTrue();
        assertThat(pickle.end()).isBetween(0L, (long) mutant.length);
      } catch (Exception | AssertionError e) {
        throw new AssertionError("Mutant of seed " + (seed + i), e);
      }
    }
    return count;
  }
}
