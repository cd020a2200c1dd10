package io.ckptaudit.job.container.pickle;

import java.util.Map;

/** The opcodes of pickle protocols 0 to 5. Source: Lib/pickletools.py of CPython 3.13. */
final class Opcode {
  // What torch's strict unpickler reads.
  static final int MARK = '(';
  static final int STOP = '.';
  static final int BINFLOAT = 'G';
  static final int BININT = 'J';
  static final int BININT1 = 'K';
  static final int BININT2 = 'M';
  static final int NONE = 'N';
  static final int BINPERSID = 'Q';
  static final int REDUCE = 'R';
  static final int SHORT_BINSTRING = 'U';
  static final int BINUNICODE = 'X';
  static final int APPEND = 'a';
  static final int BUILD = 'b';
  static final int GLOBAL = 'c';
  static final int APPENDS = 'e';
  static final int BINGET = 'h';
  static final int LONG_BINGET = 'j';
  static final int BINPUT = 'q';
  static final int LONG_BINPUT = 'r';
  static final int SETITEM = 's';
  static final int TUPLE = 't';
  static final int SETITEMS = 'u';
  static final int EMPTY_LIST = ']';
  static final int EMPTY_TUPLE = ')';
  static final int EMPTY_DICT = '}';
  static final int PROTO = 0x80;
  static final int NEWOBJ = 0x81;
  static final int TUPLE1 = 0x85;
  static final int TUPLE2 = 0x86;
  static final int TUPLE3 = 0x87;
  static final int NEWTRUE = 0x88;
  static final int NEWFALSE = 0x89;
  static final int LONG1 = 0x8A;
  static final int EMPTY_SET = 0x8F;

  // What protocols 3 to 5 write in their place, and nothing that can do more.
  static final int BINBYTES = 'B';
  static final int SHORT_BINBYTES = 'C';
  static final int SHORT_BINUNICODE = 0x8C;
  static final int BINUNICODE8 = 0x8D;
  static final int BINBYTES8 = 0x8E;
  static final int ADDITEMS = 0x90;
  static final int FROZENSET = 0x91;
  static final int STACK_GLOBAL = 0x93;
  static final int MEMOIZE = 0x94;
  static final int FRAME = 0x95;
  static final int BYTEARRAY8 = 0x96;

  /** The others, which are refused. */
  private static final Map<Integer, String> REFUSED =
      Map.ofEntries(
          Map.entry((int) '0', "POP"),
          Map.entry((int) '1', "POP_MARK"),
          Map.entry((int) '2', "DUP"),
          Map.entry((int) 'F', "FLOAT"),
          Map.entry((int) 'I', "INT"),
          Map.entry((int) 'L', "LONG"),
          Map.entry((int) 'P', "PERSID"),
          Map.entry((int) 'S', "STRING"),
          Map.entry((int) 'T', "BINSTRING"),
          Map.entry((int) 'V', "UNICODE"),
          Map.entry((int) 'd', "DICT"),
          Map.entry((int) 'g', "GET"),
          Map.entry((int) 'i', "INST"),
          Map.entry((int) 'l', "LIST"),
          Map.entry((int) 'o', "OBJ"),
          Map.entry((int) 'p', "PUT"),
          Map.entry(0x82, "EXT1"),
          Map.entry(0x83, "EXT2"),
          Map.entry(0x84, "EXT4"),
          Map.entry(0x8B, "LONG4"),
          Map.entry(0x92, "NEWOBJ_EX"),
          Map.entry(0x97, "NEXT_BUFFER"),
          Map.entry(0x98, "READONLY_BUFFER"));

  private Opcode() {}

  /** Why an opcode that is none of the above ends the reading. */
  static PickleException refusal(int opcode) {
    String name = REFUSED.get(opcode);
    String shown = "0x" + Integer.toHexString(opcode);
    return name == null
        ? PickleException.corrupt(shown + " is no opcode")
        : new PickleException(
            PickleFault.Kind.OPCODE, "the opcode " + name + " (" + shown + ") is never executed");
  }
}
