package io.ckptaudit.job.container.pickle;

import io.ckptaudit.job.container.pickle.PickleFault.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Goes through the opcodes of one pickle, once and without recursion. */
final class PickleMachine {
  /** Of values that are built, roughly; a pickle of 800,000 tensors stays below. */
  private static final long MOST_HEAP = 512L << 20;

  private static final int VALUE_BYTES = 40;
  private static final int SLOT_BYTES = 8;
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

  PickleMachine(PickleInput input, PickleDialect dialect) {
    this.input = input;
    this.objects = new PickleObjects(dialect, this::fault);
  }

  Pickle run() throws IOException {
    try {
      while (true) {
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

  private void fault(Kind kind, String subject, String reason) {
    if (seen.merge(kind, 1, Integer::sum) <= FAULTS_KEPT) {
      faults.add(new PickleFault(kind, position, subject, reason));
    }
  }

  private void push(Object value, long bytes) throws PickleException {
    charge(bytes);
    stack.push(value);
  }

  private void charge(long bytes) throws PickleException {
    heap += bytes;
    if (heap > MOST_HEAP) {
      throw PickleException.limit("its values take more than " + (MOST_HEAP >> 20) + " MiB");
    }
  }

  private void pushText(long length) throws IOException, PickleException {
    Object text = input.text(length);
    push(text, VALUE_BYTES + (text instanceof String s ? 2L * s.length() : 0));
  }

  private boolean atom(int opcode) throws IOException, PickleException {
    switch (opcode) {
      case Opcode.NONE -> stack.push(PickleNone.NONE);
      case Opcode.NEWTRUE -> stack.push(Boolean.TRUE);
      case Opcode.NEWFALSE -> stack.push(Boolean.FALSE);
      case Opcode.BININT -> push((long) input.i32(), VALUE_BYTES);
      case Opcode.BININT1 -> push((long) input.u8(), VALUE_BYTES);
      case Opcode.BININT2 -> push((long) input.u16(), VALUE_BYTES);
      case Opcode.LONG1 -> push(input.integer(input.u8()), 4 * VALUE_BYTES);
      case Opcode.BINFLOAT -> push(input.f64(), VALUE_BYTES);
      case Opcode.BINUNICODE -> pushText(input.u32());
      case Opcode.SHORT_BINSTRING -> pushText(input.u8());
      default -> {
        return false;
      }
    }
    return true;
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

  private void remember(long index) throws PickleException {
    charge(2 * SLOT_BYTES);
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
      case Opcode.EMPTY_LIST, Opcode.EMPTY_SET -> push(new PickleList(), VALUE_BYTES);
      case Opcode.EMPTY_DICT -> push(new PickleDict(), VALUE_BYTES);
      case Opcode.EMPTY_TUPLE -> push(new PickleTuple(), VALUE_BYTES);
      case Opcode.TUPLE1 -> pushTuple(stack.pop(1));
      case Opcode.TUPLE2 -> pushTuple(stack.pop(2));
      case Opcode.TUPLE3 -> pushTuple(stack.pop(3));
      case Opcode.TUPLE -> pushTuple(stack.popToMark());
      case Opcode.APPEND -> append(stack.pop(1));
      case Opcode.APPENDS -> append(stack.popToMark());
      case Opcode.SETITEM -> setItems(stack.pop(2));
      case Opcode.SETITEMS -> setItems(stack.popToMark());
      case Opcode.GLOBAL -> push(objects.global(input.line(), input.line(), position), 200);
      case Opcode.REDUCE, Opcode.NEWOBJ -> call();
      case Opcode.BUILD -> objects.build(stack.pop(2), stack);
      case Opcode.BINPERSID -> refer(new PersistentRef(stack.pop(), position));
      default -> {
        return false;
      }
    }
    return true;
  }

  private void refer(PersistentRef ref) throws PickleException {
    push(ref, VALUE_BYTES);
    outside.add(ref);
  }

  private void pushTuple(Object[] items) throws PickleException {
    push(new PickleTuple(items), VALUE_BYTES + (long) SLOT_BYTES * items.length);
  }

  private void append(Object[] items) throws PickleException {
    charge(2L * SLOT_BYTES * items.length);
    objects.append(stack.peek(), items);
  }

  private void setItems(Object[] items) throws PickleException {
    charge((long) VALUE_BYTES * items.length);
    objects.setItems(stack.peek(), items);
  }

  private void call() throws PickleException {
    Object arguments = stack.pop();
    Object callable = stack.pop();
    charge(2L * VALUE_BYTES * PickleObjects.copied(arguments));
    push(objects.call(callable, arguments, position), 2 * VALUE_BYTES);
  }

  /** The tier of protocols 3 to 5, which is read and reported. */
  private boolean later(int opcode) throws IOException, PickleException {
    switch (opcode) {
      case Opcode.FRAME -> input.i64();
      case Opcode.SHORT_BINUNICODE -> pushText(input.u8());
      case Opcode.BINUNICODE8 -> pushText(input.i64());
      case Opcode.SHORT_BINBYTES -> push(input.bytes(input.u8()), VALUE_BYTES);
      case Opcode.BINBYTES -> push(input.bytes(input.u32()), VALUE_BYTES);
      case Opcode.BINBYTES8, Opcode.BYTEARRAY8 -> push(input.bytes(input.i64()), VALUE_BYTES);
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

  private void frozenSet(Object[] items) throws PickleException {
    push(new PickleList(), VALUE_BYTES);
    append(items);
  }

  private void stackGlobal() throws PickleException {
    Object[] names = stack.pop(2);
    if (!(names[0] instanceof String module) || !(names[1] instanceof String name)) {
      throw PickleException.corrupt("STACK_GLOBAL takes two texts, and one is none");
    }
    push(objects.global(module, name, position), 200);
  }
}
