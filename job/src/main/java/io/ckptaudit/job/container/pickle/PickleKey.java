package io.ckptaudit.job.container.pickle;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * A key of a dictionary: a plain value, a class, a tuple of some plain values or a call with them;
 * any other object is equal only to itself, and known by its place in the pickle. Keys are in a
 * total order, by which a hash table tells those apart that were made to share a hash.
 */
public final class PickleKey implements Comparable<PickleKey> {
  private static final int MOST_PARTS = 16;

  /** Of a text in a tuple, so that the name of one is no longer than what it is made of. */
  private static final int LONGEST_PART = 256;

  private enum Kind {
    TEXT,
    INTEGER,
    WIDE_INTEGER,
    FLOAT,
    BOOLEAN,
    NONE,
    CLASS,
    TUPLE,
    CALL,
    OBJECT
  }

  private final Kind kind;
  private final Comparable<?> value;
  private final List<PickleKey> parts;

  private PickleKey(Kind kind, Comparable<?> value, List<PickleKey> parts) {
    this.kind = kind;
    this.value = value;
    this.parts = parts;
  }

  private PickleKey(Kind kind, Comparable<?> value) {
    this(kind, value, List.of());
  }

  static PickleKey of(Object key) throws PickleException {
    PickleKey plain = plain(key);
    if (plain != null) {
      return plain;
    }
    if (key instanceof PickleTuple tuple) {
      List<PickleKey> parts = parts(tuple);
      if (parts == null) {
        throw PickleException.limit(
            "a key is a tuple of more than " + MOST_PARTS + " short and plain values");
      }
      return new PickleKey(Kind.TUPLE, "", parts);
    }
    if (key instanceof PickleCall call) {
      List<PickleKey> parts = call.function().isEmpty() ? null : parts(call.arguments());
      return parts == null
          ? new PickleKey(Kind.OBJECT, call.position())
          : new PickleKey(Kind.CALL, call.function(), parts);
    }
    if (key instanceof PersistentRef ref) {
      return new PickleKey(Kind.OBJECT, ref.position());
    }
    if (key instanceof OmittedBytes bytes) {
      throw PickleException.limit("a key is bytes or long text, of length " + bytes.length());
    }
    throw PickleException.corrupt("a key is " + (key instanceof PickleList ? "a list" : "a dict"));
  }

  static PickleKey of(String text) {
    return new PickleKey(Kind.TEXT, text);
  }

  /** Null if it is none. */
  private static PickleKey plain(Object key) {
    if (key instanceof String text) {
      return of(text);
    }
    if (key instanceof Long number) {
      return new PickleKey(Kind.INTEGER, number);
    }
    if (key instanceof BigInteger number) {
      return new PickleKey(Kind.WIDE_INTEGER, number);
    }
    if (key instanceof Double number) {
      return new PickleKey(Kind.FLOAT, number);
    }
    if (key instanceof Boolean truth) {
      return new PickleKey(Kind.BOOLEAN, truth);
    }
    if (key instanceof PickleNone none) {
      return new PickleKey(Kind.NONE, none);
    }
    return key instanceof GlobalRef ref ? new PickleKey(Kind.CLASS, ref.text()) : null;
  }

  /** Null if they are too many, or not all short and plain. */
  private static List<PickleKey> parts(PickleTuple tuple) {
    List<PickleKey> parts = new ArrayList<>();
    for (Object item : tuple.size() > MOST_PARTS ? List.of() : tuple.items()) {
      PickleKey part = plain(item);
      if (part == null || item instanceof String text && text.length() > LONGEST_PART) {
        return null;
      }
      parts.add(part);
    }
    return parts.size() == tuple.size() ? parts : null;
  }

  /** Of the heap, besides what it is made of. */
  int bytes() {
    return 24 + (parts.isEmpty() ? 0 : 80 + 32 * parts.size());
  }

  @Override
  public int compareTo(PickleKey other) {
    int order = kind.compareTo(other.kind);
    if (order == 0) {
      order = compare(value, other.value);
    }
    for (int i = 0; order == 0 && i < Math.min(parts.size(), other.parts.size()); i++) {
      order = parts.get(i).compareTo(other.parts.get(i));
    }
    return order == 0 ? Integer.compare(parts.size(), other.parts.size()) : order;
  }

  /** Of values of the same kind. */
  @SuppressWarnings("unchecked")
  private static int compare(Comparable<?> value, Comparable<?> other) {
    return value == other ? 0 : ((Comparable<Object>) value).compareTo(other);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PickleKey key
        && kind == key.kind
        && value.equals(key.value)
        && parts.equals(key.parts);
  }

  @Override
  public int hashCode() {
    return value.hashCode() * 31 + parts.hashCode();
  }

  /** What it adds to the name of a tensor: the same in every run. */
  @Override
  public String toString() {
    return switch (kind) {
      case CLASS -> last();
      case TUPLE -> parts.toString();
      case CALL -> last() + parts;
      case OBJECT -> "<object at byte " + value + ">";
      default -> value.toString();
    };
  }

  private String last() {
    String text = value.toString();
    return text.substring(text.indexOf(' ') + 1);
  }
}
