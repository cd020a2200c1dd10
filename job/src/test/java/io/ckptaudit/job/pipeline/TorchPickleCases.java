package io.ckptaudit.job.pipeline;

import static io.ckptaudit.job.pipeline.TorchCase.SOUND_PICKLE;
import static io.ckptaudit.job.pipeline.TorchCase.W;
import static io.ckptaudit.job.testing.PickleBytes.pickle;
import static io.ckptaudit.job.testing.TorchBytes.PICKLE_AT;
import static io.ckptaudit.job.testing.TorchBytes.dict;
import static io.ckptaudit.job.testing.TorchBytes.zip;

import io.ckptaudit.job.testing.PickleBytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** Rows T1, T3 to T8 and T26: what the pickle of an archive can have wrong with it. */
final class TorchPickleCases {

  private static final String UNSAFE = "UNSAFE_GLOBAL";
  private static final String CORRUPT = "PKL_CORRUPT";
  private static final String LIMIT = "PKL_LIMIT";
  private static final String PROTOCOL = "NONDEFAULT_PROTOCOL";

  private final List<TorchCase> cases = new ArrayList<>();

  static List<TorchCase> all() {
    TorchPickleCases all = new TorchPickleCases();
    all.names();
    all.stackGlobals();
    all.opcodes();
    all.ends();
    all.items();
    all.limits();
    return all.cases;
  }

  /**
   * A dictionary of w and x, where x is written by someone; the fault is at x plus some bytes.
   *
   * @param sound what x is in the twin
   */
  private void x(
      String row,
      Consumer<PickleBytes> broken,
      Consumer<PickleBytes> sound,
      int plus,
      String rule,
      String message) {
    cases.add(x(broken, sound).row(row).finds(rule, xAt() + plus, message));
  }

  private static TorchCase x(Consumer<PickleBytes> broken, Consumer<PickleBytes> sound) {
    return TorchCase.of("", withX(broken), withX(sound));
  }

  /** Where in the file x is. */
  private static long xAt() {
    PickleBytes before = pickle().op("}(");
    TorchCase.w(before);
    return PICKLE_AT + before.text("x").position();
  }

  private static byte[] withX(Consumer<PickleBytes> x) {
    return archive(
        dict(
            p -> {
              TorchCase.w(p);
              x.accept(p.text("x"));
            }));
  }

  private static byte[] archive(byte[] pickle) {
    return zip(pickle, W).bytes();
  }

  private void add(String row, byte[] broken, byte[] sound, String rule, long at, String text) {
    cases.add(TorchCase.of(row, archive(broken), archive(sound)).finds(rule, at, text));
  }

  private void names() {
    x(
        "T1a",
        p -> p.global("posix", "system").text("touch canary").raw(0x85).op("R"),
        p -> p.text("touch canary").raw(0x85),
        0,
        UNSAFE,
        "'posix.system': it is not on the list of what is harmless");
    x(
        "T1b",
        p -> p.global("builtins", "eval").text("1").raw(0x85).op("R"),
        p -> p.number(1),
        0,
        UNSAFE,
        "'builtins.eval'");
    x(
        "T1c",
        p ->
            p.global("builtins", "getattr")
                .op("(")
                .global("os", "path")
                .text("os")
                .op("tR")
                .text("x")
                .raw(0x85)
                .op("R"),
        p -> p.text("os").text("x").raw(0x86),
        0,
        UNSAFE,
        "'builtins.getattr'");
    TorchCase chain = cases.remove(cases.size() - 1);
    cases.add(chain.finds(UNSAFE, xAt() + 19, "'os.path'"));
    x(
        "T1d",
        p -> p.global("my.pkg", "Thing").op(")").raw(0x81),
        PickleBytes::orderedDict,
        0,
        UNSAFE,
        "my.pkg");
    byte[] four = SOUND_PICKLE.clone();
    four[1] = 4;
    add("T4a", four, SOUND_PICKLE, PROTOCOL, PICKLE_AT, "it is of protocol 4");
    byte[] five = SOUND_PICKLE.clone();
    five[1] = 5;
    add("T4b", five, SOUND_PICKLE, PROTOCOL, PICKLE_AT, "it is of protocol 5");
  }

  /** Names by way of the stack: of two literal texts they are read, of anything else refused. */
  private void stackGlobals() {
    String later = "it has opcodes of protocol 3 to 5";
    x(
        "T4c",
        p -> p.text("collections").text("OrderedDict").raw(0x93).op(")R"),
        PickleBytes::orderedDict,
        32,
        PROTOCOL,
        later);
    TorchCase evil =
        x(
            p -> p.text("posix").text("system").raw(0x93).text("touch x").raw(0x85).op("R"),
            p -> p.text("touch x").raw(0x85));
    long at = xAt() + 21;
    cases.add(evil.row("T4d").finds(UNSAFE, at, "'posix.system'").finds(PROTOCOL, at, later));
    x(
        "T4e",
        p -> p.number(1).text("x").raw(0x93),
        p -> p.number(1).text("x").raw(0x86),
        11,
        CORRUPT,
        "STACK_GLOBAL takes two texts");
    x(
        "T4f",
        p -> p.text("x".repeat(1025)).text("y").raw(0x93),
        p -> p.text("x".repeat(1025)).text("y").raw(0x86),
        1036,
        CORRUPT,
        "a name in it has more than 1024 bytes");
  }

  private void opcodes() {
    for (String opcode : List.of("i", "o", "2", "P", "\u0082")) {
      String row = "T4 " + (int) opcode.charAt(0);
      x(row, p -> p.op(opcode), p -> p.op("N"), 0, "PKL_OPCODE", "never");
    }
    x("T5a", p -> p.op("ttt"), p -> p.op("((tt"), 1, CORRUPT, "needs a mark");
    x("T5b", p -> p.op("h\tx"), p -> p.op("Nq\t"), 0, CORRUPT, "no value 9");
    x("T5c", p -> p.raw(0xFF), p -> p.raw(0x88), 0, CORRUPT, "0xff is no opcode");
    x("T5d", p -> p.op("X").i32(1 << 20), p -> p.op("X").i32(0), 0, CORRUPT, "of length 1048576");
    x(
        "T6a",
        p -> p.op("X").i32(Integer.MAX_VALUE),
        p -> p.text("x".repeat(1000)),
        0,
        CORRUPT,
        "2147483647");
    byte[] wide = new byte[255];
    x(
        "T6b",
        p -> p.raw(0x8A, 255).raw(new byte[200]),
        p -> p.raw(0x8A, 255).raw(wide),
        0,
        CORRUPT,
        "it ends inside an opcode");
    byte[] last = {(byte) 255, (byte) 255, (byte) 255, (byte) 255};
    x(
        "T6c",
        p -> p.op("j").raw(last),
        p -> p.op("Nr").raw(last),
        0,
        CORRUPT,
        "its memo has no value 4294967295");
  }

  private void ends() {
    byte[] twoProtocols = pickle().raw(SOUND_PICKLE).bytes();
    add("T5g", twoProtocols, SOUND_PICKLE, CORRUPT, PICKLE_AT + 2, "states protocol 2 there");
    byte[] longer = Arrays.copyOf(SOUND_PICKLE, SOUND_PICKLE.length + 4);
    add(
        "T3b",
        longer,
        SOUND_PICKLE,
        "PKL_TRAILING",
        PICKLE_AT + SOUND_PICKLE.length,
        "4 bytes follow its STOP");
    byte[] endless = Arrays.copyOf(SOUND_PICKLE, SOUND_PICKLE.length - 1);
    add(
        "T5e",
        endless,
        SOUND_PICKLE,
        CORRUPT,
        PICKLE_AT + endless.length,
        "it ends inside an opcode or before STOP");
    byte[] call = pickle().op("R.").bytes();
    add("T5f", call, SOUND_PICKLE, CORRUPT, PICKLE_AT + 2, "stack has none");
  }

  private void items() {
    x(
        "T8a",
        p -> p.vector("FloatStorage", "0", 4).op("NNs"),
        p -> p.vector("FloatStorage", "0", 4),
        139,
        CORRUPT,
        "sets items of a tensor");
    x("T8b", p -> p.op("]NNs"), p -> p.op("}NNs"), 3, CORRUPT, "it sets items of a list");
    x("T8c", p -> p.op("}Na"), p -> p.op("]Na"), 2, CORRUPT, "it appends to a dict");
    byte[] twice =
        dict(
            p -> {
              TorchCase.w(p);
              TorchCase.w(p);
            });
    byte[] once =
        dict(
            p -> {
              TorchCase.w(p);
              p.text("v").vector("FloatStorage", "0", 4);
            });
    add("T26", twice, once, "PT_DUPLICATE_KEY", PICKLE_AT + twice.length - 2, "'w'");
  }

  private void limits() {
    whole("T7a", p -> nest(p, 100_000), p -> nest(p, 50), "more than 64 levels deep");
    whole("T7b", p -> laugh(p, 40), p -> p.op("](]q\0h\0e"), "it has more than 1048576 tensors");
    whole("T7c", p -> p.op("]q\0h\0a"), p -> p.op("]q\0]a"), "64 levels");
    x(
        "T7d",
        p -> p.op("}]").raw(0x85).op("Ns"),
        p -> p.op("}").text("k").op("Ns"),
        4,
        LIMIT,
        "a key is a tuple");
    whole(
        "T7e", p -> p.op("]".repeat(1 << 20 | 1)), p -> p.op("]"), 2 + (1 << 20), "its stack has");
    byte[] cycle = pickle().op("]q\0}h\0").raw(0x85).op("Ns").stop();
    add("T7f", cycle, SOUND_PICKLE, LIMIT, PICKLE_AT + 10, "a key is a tuple");
  }

  /** A value that is all of the pickle, or in the twin the value of a dictionary. */
  private void whole(
      String row, Consumer<PickleBytes> broken, Consumer<PickleBytes> sound, String message) {
    whole(row, broken, sound, 0, message);
  }

  private void whole(
      String row,
      Consumer<PickleBytes> broken,
      Consumer<PickleBytes> sound,
      int at,
      String message) {
    PickleBytes all = pickle();
    broken.accept(all);
    cases.add(
        TorchCase.of(row, zip(all.stop()).bytes(), withX(sound))
            .finds(LIMIT, PICKLE_AT + at, message));
  }

  /** Lists, each in the one before. */
  private static void nest(PickleBytes pickle, int levels) {
    for (int i = 0; i < levels; i++) {
      pickle.op("]");
    }
    for (int i = 1; i < levels; i++) {
      pickle.op("a");
    }
  }

  /** A list that holds one list twice, and so on: every level doubles. */
  private static void laugh(PickleBytes pickle, int levels) {
    pickle.op("]q\0");
    for (int i = 1; i < levels; i++) {
      pickle.op("](h").raw(i - 1).op("h").raw(i - 1).op("eq").raw(i);
    }
  }
}
