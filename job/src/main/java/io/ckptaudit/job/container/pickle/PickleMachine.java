package io.ckptaudit.job.container.pickle;

import io.ckptaudit.job.container.pickle.PickleFault.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Goes through the opcodes of one pickle, once and without recursion. */
final class PickleMachine implements PickleObjects.Limits {
  /** Of values that are built; a pickle of 600,000 tensors stays below. */
  private static final long MOST_HEAP = 512L << 20;

  /** Charges below are what objects take in a heap of less than 32 GiB, or somewhat more. */
  private static final int NUMBER_BYTES = 24;

  private static final int OBJECT_BYTES = 32;
  private static final int CALL_BYTES = 48;
  private static final int SLOT_BYTES = 4;

  /** Heap is asked for in pieces. */
  private static final long PIECE = 1L << 20;

  /** Between two looks at the clock; a power of two. */
  private static final int STEPS = 4096;

  private static final int FAULTS_KEPT = 200;
  private static final int PLAIN_PROTOCOL = 2;
  private static final int LAST_PROTOCOL = 5;

  private final PickleInput input;
  private final PickleStack stack = new PickleStack();
  private final PickleMemo memo = new PickleMemo();
  private final PickleObjects objects;
  private final List<PersistentRef> outside = new ArrayList<>();
  private final List<PickleFault> faults = new ArrayList<>();
  private final Map<Kind, Integer> seen = new EnumMap<>(Kind.class);
  private long position;
  private long heap;
  private long taken;
  private long steps;

  PickleMachine(PickleInput input, PickleDialect dialect) {
    this.input = input;
    this.objects = new PickleObjects(dialect, this);
  }

  Pickle run() throws IOException {
    try {
      while (true) {
        step();
        position = input.position();
        int opcode = input.u8();
        if (opcode == Opcode.STOP) {
          return ended(stack.pop());
        }
        if (!atom(opcode) && !memory(opcode) && !structure(opcode) && !later(opcode)) {
          throw Opcode.refusal(opcode);
        }
      }
    } catch (PickleException e) {
      faults.add(new PickleFault(e.kind(), position, null, e.getMessage()));
      return ended(null);
    }
  }

  private Pickle ended(Object root) {
    return new Pickle(root, input.offset(), outside, List.copyOf(faults));
  }

  @Override
  public void fault(Kind kind, String subject, String reason) {
    if (seen.merge(kind, 1, Integer::sum) <= FAULTS_KEPT) {
      faults.add(new PickleFault(kind, position, subject, reason));
    }
  }

  @Override
  public void step() throws IOException {
    if (++steps % STEPS == 0) {
      input.verifyTime();
    }
  }

  private void push(Object value, long bytes) throws IOException, PickleException {
    charge(bytes);
    stack.push(value);
  }

  @Override
  public void charge(long bytes) throws IOException, PickleException {
    heap += bytes;
    if (heap > MOST_HEAP) {
      throw PickleException.limit("its values take more than " + (MOST_HEAP >> 20) + " MiB");
    }
    if (heap > taken) {
      long piece = heap - taken + PIECE;
      input.takeHeap(piece);
      taken += piece;
    }
  }

  private void pushText(long length) throws IOException, PickleException {
    Object text = input.text(length);
    push(text, text instanceof String s ? 48 + 2L * s.length() : OBJECT_BYTES);
  }

  private boolean atom(int opcode) throws IOException, PickleException {
    switch (opcode) {
      case Opcode.NONE -> stack.push(PickleNone.NONE);
      case Opcode.NEWTRUE -> stack.push(Boolean.TRUE);
      case Opcode.NEWFALSE -> stack.push(Boolean.FALSE);
      case Opcode.BININT -> push((long) input.i32(), NUMBER_BYTES);
      case Opcode.BININT1 -> push((long) input.u8(), NUMBER_BYTES);
      case Opcode.BININT2 -> push((long) input.u16(), NUMBER_BYTES);
      case Opcode.LONG1 -> pushInteger(input.u8());
      case Opcode.BINFLOAT -> push(input.f64(), NUMBER_BYTES);
      case Opcode.BINUNICODE -> pushText(input.u32());
      case Opcode.SHORT_BINSTRING -> pushText(input.u8());
      default -> {
        return false;
      }
    }
    return true;
  }

  private void pushInteger(int bytes) throws IOException, PickleException {
    push(input.integer(bytes), 64 + bytes);
  }

  private boolean memory(int opcode) throws IOException, PickleException {
    switch (opcode) {
      case Opcode.BINGET -> stack.push(memo.get(input.u8()));
      case Opcode.LONG_BINGET -> stack.push(memo.get(input.u32()));
      case Opcode.BINPUT -> remember(input.u8());
      case Opcode.LONG_BINPUT -> remember(input.u32());
      case Opcode.MARK -> stack.mark();
      case Opcode.PROTO -> protocol(input.u8());
      default -> {
        return false;
      }
    }
    return true;
  }

  private void remember(long index) throws IOException, PickleException {
    charge(memo.bytes(index));
    memo.put(index, stack.peek());
  }

  private void protocol(int number) throws PickleException {
    if (position != 0 || number < PLAIN_PROTOCOL || number > LAST_PROTOCOL) {
      throw PickleException.corrupt("it states protocol " + number + " there");
    }
    if (number > PLAIN_PROTOCOL) {
      newer("it is of protocol " + number);
    }
  }

  private void newer(String reason) {
    if (!seen.containsKey(Kind.PROTOCOL)) {
      fault(Kind.PROTOCOL, null, reason);
    }
  }

  private boolean structure(int opcode) throws IOException, PickleException {
    switch (opcode) {
      case Opcode.EMPTY_LIST, Opcode.EMPTY_SET -> push(new PickleList(), OBJECT_BYTES);
      case Opcode.EMPTY_DICT -> push(new PickleDict(), OBJECT_BYTES);
      case Opcode.EMPTY_TUPLE -> stack.push(PickleTuple.EMPTY);
      case Opcode.TUPLE1 -> pushTuple(stack.pop(1));
      case Opcode.TUPLE2 -> pushTuple(stack.pop(2));
      case Opcode.TUPLE3 -> pushTuple(stack.pop(3));
      case Opcode.TUPLE -> pushTuple(stack.popToMark());
      case Opcode.APPEND -> append(stack.pop(1));
      case Opcode.APPENDS -> append(stack.popToMark());
      case Opcode.SETITEM -> setItems(stack.pop(2));
      case Opcode.SETITEMS -> setItems(stack.popToMark());
      case Opcode.GLOBAL -> stack.push(objects.global(input.line(), input.line()));
      case Opcode.REDUCE, Opcode.NEWOBJ -> call();
      case Opcode.BUILD -> objects.build(stack.pop(2), stack);
      case Opcode.BINPERSID -> refer(new PersistentRef(stack.pop(), position));
      default -> {
        return false;
      }
    }
    return true;
  }

  private void refer(PersistentRef ref) throws IOException, PickleException {
    push(ref, OBJECT_BYTES);
    outside.add(ref);
  }

  private void pushTuple(Object[] items) throws IOException, PickleException {
    push(new PickleTuple(items), OBJECT_BYTES + (long) SLOT_BYTES * items.length);
  }

  private void append(Object[] items) throws IOException, PickleException {
    objects.append(stack.peek(), items);
  }

  private void setItems(Object[] items) throws IOException, PickleException {
    objects.setItems(stack.peek(), items);
  }

  private void call() throws IOException, PickleException {
    Object arguments = stack.pop();
    Object callable = stack.pop();
    push(objects.call(callable, arguments, position), CALL_BYTES);
  }

  /** The tier of protocols 3 to 5, which is read and reported. */
  private boolean later(int opcode) throws IOException, PickleException {
    switch (opcode) {
      case Opcode.FRAME -> input.i64();
      case Opcode.SHORT_BINUNICODE -> pushText(input.u8());
      case Opcode.BINUNICODE8 -> pushText(input.i64());
      case Opcode.SHORT_BINBYTES -> push(input.bytes(input.u8()), OBJECT_BYTES);
      case Opcode.BINBYTES -> push(input.bytes(input.u32()), OBJECT_BYTES);
      case Opcode.BINBYTES8, Opcode.BYTEARRAY8 -> push(input.bytes(input.i64()), OBJECT_BYTES);
      case Opcode.MEMOIZE -> remember(memo.size());
      case Opcode.STACK_GLOBAL -> stackGlobal();
      case Opcode.ADDITEMS -> append(stack.popToMark());
      case Opcode.FROZENSET -> frozenSet(stack.popToMark());
      default -> {
        return false;
      }
    }
    newer("it has opcodes of protocol 3 to 5");
    return true;
  }

  private void frozenSet(Object[] items) throws IOException, PickleException {
    push(new PickleList(), OBJECT_BYTES);
    append(items);
  }

  private void stackGlobal() throws IOException, PickleException {
    Object[] names = stack.pop(2);
    if (!(names[0] instanceof String module) || !(names[1] instanceof String name)) {
      throw PickleException.corrupt("STACK_GLOBAL takes two texts, and one is none");
    }
    if (module.length() > PickleInput.LONGEST_NAME || name.length() > PickleInput.LONGEST_NAME) {
      throw PickleInput.longName();
    }
    stack.push(objects.global(module, name));
  }
}
