package io.ckptaudit.job.training;

import io.ckptaudit.job.checkpoint.Quoted;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;

/** Tensors of one kind in a sentence: how many, and the first few by name. */
record TensorNames(List<String> names) {

  private static final int NAMED = 3;
  private static final int IN_EVIDENCE = 10;

  String count() {
    return names.size() + (names.size() == 1 ? " tensor" : " tensors");
  }

  String first() {
    String first = names.stream().limit(NAMED).map(Quoted::of).collect(Collectors.joining(", "));
    return names.size() > NAMED ? first + " and " + (names.size() - NAMED) + " more" : first;
  }

  /** The name, if there is only one. */
  String only() {
    return names.size() == 1 ? names.get(0) : null;
  }

  LinkedHashMap<String, Serializable> evidence() {
    LinkedHashMap<String, Serializable> evidence = new LinkedHashMap<>();
    evidence.put("tensors", names.size());
    evidence.put(
        "first",
        names.stream().limit(IN_EVIDENCE).collect(Collectors.toCollection(ArrayList::new)));
    return evidence;
  }
}
