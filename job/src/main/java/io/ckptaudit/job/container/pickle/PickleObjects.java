package io.ckptaudit.job.container.pickle;

import io.ckptaudit.job.container.pickle.PickleFault.Kind;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Calls that are never made, and what would be done with their results. */
final class PickleObjects {
  /** Of a table with its first entries. */
  private static final int TABLE_BYTES = 136;

  private static final int ENTRY_BYTES = 52;

  /** What keeps to the limits. */
  interface Limits {
    /** Notes a fault that does not end the reading. */
    void fault(Kind kind, String subject, String reason);

    /** To be called before heap is taken. */
    void charge(long bytes) throws IOException, PickleException;

    /** To be called again and again while there is work: it looks at the time. */
    void step() throws IOException;
  }

  private final PickleDialect dialect;
  private final Limits limits;
  private final Map<String, GlobalRef> globals = new HashMap<>();

  PickleObjects(PickleDialect dialect, Limits limits) {
    this.dialect = dialect;
    this.limits = limits;
  }

  /** A name; one that is not allowed is reported where it is met first. */
  GlobalRef global(String module, String name) throws IOException, PickleException {
    String text = GlobalRef.text(module, name);
    GlobalRef ref = globals.get(text);
    if (ref == null) {
      limits.charge(200 + 4L * text.length());
      ref = new GlobalRef(module, name);
      globals.put(text, ref);
      if (!dialect.allowed().contains(text)) {
        limits.fault(Kind.GLOBAL, module + "." + name, "it is not on the list of what is harmless");
      }
    }
    return ref;
  }

  /** The result of a call: a container if that is known of the function, else a record of it. */
  Object call(Object callable, Object arguments, long position)
      throws IOException, PickleException {
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

  private PickleDict dict(PickleTuple arguments) throws IOException, PickleException {
    PickleDict dict = new PickleDict();
    if (arguments.size() == 1) {
      if (arguments.get(0) instanceof PickleDict other) {
        limits.charge(TABLE_BYTES + ENTRY_BYTES * (long) other.entries().size());
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

  private PickleList list(PickleTuple arguments) throws IOException, PickleException {
    PickleList list = new PickleList();
    if (arguments.size() == 1) {
      addAll(list, elements(arguments.get(0)));
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

  void append(Object target, Object[] items) throws IOException, PickleException {
    PickleList list = target instanceof PickleList known ? known : null;
    if (target instanceof PickleCall call && !call.isAllowed()) {
      list = call.elementsToAdd();
    }
    if (list == null) {
      throw PickleException.corrupt("it appends to " + named(target) + ", which is no list");
    }
    addAll(list, Arrays.asList(items));
  }

  private void addAll(PickleList list, List<Object> items) throws IOException, PickleException {
    limits.charge(PickleList.bytes(items.size()));
    items.forEach(list::add);
  }

  /**
   * @param items keys and values in turn
   */
  void setItems(Object target, Object[] items) throws IOException, PickleException {
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

  private void put(PickleDict dict, Object key, Object value) throws IOException, PickleException {
    limits.step();
    PickleKey comparable = PickleKey.of(key);
    int table = dict.entries().isEmpty() ? TABLE_BYTES : 0;
    limits.charge(comparable.bytes() + ENTRY_BYTES + table);
    if (dict.put(comparable, value)) {
      limits.fault(Kind.DUPLICATE_KEY, comparable.toString(), "a dictionary has it twice");
    }
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
