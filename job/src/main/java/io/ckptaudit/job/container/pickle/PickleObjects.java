package io.ckptaudit.job.container.pickle;

import io.ckptaudit.job.container.pickle.PickleFault.Kind;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Calls that are never made, and what would be done with their results. */
final class PickleObjects {
  private static final int LONGEST_KEY = 16;

  /** Where a fault goes that does not end the reading. */
  interface Faults {
    void add(Kind kind, String subject, String reason);
  }

  private final PickleDialect dialect;
  private final Faults faults;
  private final Set<String> reported = new HashSet<>();

  PickleObjects(PickleDialect dialect, Faults faults) {
    this.dialect = dialect;
    this.faults = faults;
  }

  /** A name; one that is not allowed is reported where it is met first. */
  GlobalRef global(String module, String name, long position) {
    GlobalRef ref = new GlobalRef(module, name, position);
    String text = ref.text();
    if (!dialect.allowed().contains(text) && reported.size() < 1000 && reported.add(text)) {
      faults.add(Kind.GLOBAL, module + "." + name, "it is not on the list of what is harmless");
    }
    return ref;
  }

  /** The result of a call: a container if that is known of the function, else a record of it. */
  Object call(Object callable, Object arguments, long position) throws PickleException {
    if (!(arguments instanceof PickleTuple tuple)) {
      throw PickleException.corrupt("the arguments of a call are not a tuple");
    }
    if (!(callable instanceof GlobalRef ref)) {
      if (callable instanceof PickleCall other && !other.isAllowed()) {
        return new PickleCall(callable, tuple, false, position);
      }
      throw PickleException.corrupt("what is called is neither a function nor a class");
    }
    String text = ref.text();
    if (dialect.dicts().contains(text) && tuple.size() <= 1) {
      return dict(tuple);
    }
    if (dialect.lists().contains(text) && tuple.size() <= 1) {
      return list(tuple);
    }
    return new PickleCall(ref, tuple, dialect.allowed().contains(text), position);
  }

  /** How many values a container has that is made of these arguments. */
  static int copied(Object arguments) {
    Object first = arguments instanceof PickleTuple all && all.size() == 1 ? all.get(0) : arguments;
    if (first instanceof PickleDict dict) {
      return dict.entries().size();
    }
    if (first instanceof PickleTuple tuple) {
      return tuple.size();
    }
    return first instanceof PickleList list ? list.items().size() : 0;
  }

  private PickleDict dict(PickleTuple arguments) throws PickleException {
    PickleDict dict = new PickleDict();
    if (arguments.size() == 1) {
      if (arguments.get(0) instanceof PickleDict other) {
        other.entries().forEach(dict::put);
      } else {
        for (Object pair : elements(arguments.get(0))) {
          List<Object> both = elements(pair);
          if (both.size() != 2) {
            throw PickleException.corrupt("a dictionary is made of pairs, and one is none");
          }
          put(dict, both.get(0), both.get(1));
        }
      }
    }
    return dict;
  }

  private static PickleList list(PickleTuple arguments) throws PickleException {
    PickleList list = new PickleList();
    if (arguments.size() == 1) {
      elements(arguments.get(0)).forEach(list::add);
    }
    return list;
  }

  private static List<Object> elements(Object sequence) throws PickleException {
    if (sequence instanceof PickleList list) {
      return list.items();
    }
    if (sequence instanceof PickleTuple tuple) {
      return tuple.items();
    }
    throw PickleException.corrupt("a container is made of something that is no sequence");
  }

  void append(Object target, Object[] items) throws PickleException {
    PickleList list = target instanceof PickleList known ? known : null;
    if (target instanceof PickleCall call && !call.isAllowed()) {
      list = call.elementsToAdd();
    }
    if (list == null) {
      throw PickleException.corrupt("it appends to " + named(target) + ", which is no list");
    }
    for (Object item : items) {
      list.add(item);
    }
  }

  /**
   * @param items keys and values in turn
   */
  void setItems(Object target, Object[] items) throws PickleException {
    PickleDict dict = target instanceof PickleDict known ? known : null;
    if (target instanceof PickleCall call && !call.isAllowed()) {
      dict = call.itemsToSet();
    }
    if (dict == null) {
      throw PickleException.corrupt("it sets items of " + named(target) + ", which is no dict");
    }
    if (items.length % 2 != 0) {
      throw PickleException.corrupt("it sets a key without a value");
    }
    for (int i = 0; i < items.length; i += 2) {
      put(dict, items[i], items[i + 1]);
    }
  }

  private void put(PickleDict dict, Object key, Object value) throws PickleException {
    Object plain = key(key);
    if (dict.put(plain, value)) {
      faults.add(Kind.DUPLICATE_KEY, plain.toString(), "a dictionary has it twice");
    }
  }

  /** What can be compared without following references. */
  private static Object key(Object key) throws PickleException {
    if (key instanceof PickleTuple tuple) {
      if (tuple.size() > LONGEST_KEY || !tuple.items().stream().allMatch(PickleObjects::isAtom)) {
        throw PickleException.limit(
            "a key is a tuple of more than " + LONGEST_KEY + " plain values");
      }
      return tuple.items();
    }
    if (key instanceof PickleList || key instanceof PickleDict) {
      throw PickleException.corrupt("a key is " + named(key));
    }
    return key;
  }

  private static boolean isAtom(Object value) {
    return value instanceof String
        || value instanceof Number
        || value instanceof BigInteger
        || value instanceof Boolean
        || value == PickleNone.NONE;
  }

  /** Attributes of a dictionary are of no interest, those of unknown objects may hold tensors. */
  void build(Object[] objectAndState, PickleStack stack) throws PickleException {
    Object object = objectAndState[0];
    if (object instanceof PickleCall call) {
      call.build(objectAndState[1]);
    } else if (!(object instanceof PickleDict)) {
      throw PickleException.corrupt("it sets the state of " + named(object));
    }
    stack.push(object);
  }

  private static String named(Object value) {
    if (value instanceof PickleList) {
      return "a list";
    }
    if (value instanceof PickleDict) {
      return "a dict";
    }
    if (value instanceof PickleCall) {
      return "a tensor or another object";
    }
    return value instanceof PickleTuple ? "a tuple" : "a plain value";
  }
}
