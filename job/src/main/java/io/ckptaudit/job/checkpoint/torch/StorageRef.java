package io.ckptaudit.job.checkpoint.torch;

import io.ckptaudit.job.container.pickle.GlobalRef;
import io.ckptaudit.job.container.pickle.PersistentRef;
import io.ckptaudit.job.container.pickle.Pickle;
import io.ckptaudit.job.container.pickle.PickleNone;
import io.ckptaudit.job.container.pickle.PickleTuple;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A reference to a storage: {@code ("storage", type, key, location, elements)}, and in a legacy
 * stream a sixth part, the range of it that is meant.
 *
 * @param type dtype of a typed storage, as torch calls it; "bytes" of an untyped one
 * @param elements of the whole storage, of its type; not yet believed
 * @param first element of the range that is meant
 * @param count of elements of that range
 * @param position in the pickle
 */
record StorageRef(String type, String key, long elements, long first, long count, long position) {

  /** Empty if it is not one. */
  static Optional<StorageRef> of(Object value) {
    if (!(value instanceof PersistentRef ref) || !(ref.id() instanceof PickleTuple id)) {
      return Optional.empty();
    }
    List<Object> parts = id.items();
    if ((parts.size() != 5 && parts.size() != 6)
        || !parts.get(0).equals("storage")
        || !(parts.get(1) instanceof GlobalRef type)
        || !(parts.get(2) instanceof String key)
        || !(parts.get(4) instanceof Long elements)) {
      return Optional.empty();
    }
    Optional<String> typeName = TorchGlobals.storageType(type.text());
    if (typeName.isEmpty()) {
      return Optional.empty();
    }
    StorageRef whole = new StorageRef(typeName.get(), key, elements, 0, elements, ref.position());
    return parts.size() == 5 || parts.get(5) == PickleNone.NONE
        ? Optional.of(whole)
        : whole.part(parts.get(5));
  }

  /** All that a pickle refers to, whether tensors we know do or anything else. */
  static List<StorageRef> all(Pickle pickle) {
    return pickle.outside().stream().flatMap(ref -> of(ref).stream()).toList();
  }

  /** The keys of {@link #all}. */
  static Set<String> keys(Pickle pickle) {
    return all(pickle).stream().map(StorageRef::key).collect(Collectors.toSet());
  }

  /** (key of the part, first element, elements). */
  private Optional<StorageRef> part(Object view) {
    return view instanceof PickleTuple range
            && range.size() == 3
            && range.get(1) instanceof Long from
            && range.get(2) instanceof Long size
            && from >= 0
            && size >= 0
            && from <= elements
            && size <= elements - from
        ? Optional.of(new StorageRef(type, key, elements, from, size, position))
        : Optional.empty();
  }

  /** Of the whole storage; −1 if that is beyond 2^63-1 or negative. */
  long bytes() {
    int width = TorchDtypes.bytes(type);
    return elements < 0 || elements > Long.MAX_VALUE / width ? -1 : elements * width;
  }
}
