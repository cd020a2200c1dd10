package io.ckptaudit.job.checkpoint.torch;

import io.ckptaudit.job.container.pickle.GlobalRef;
import io.ckptaudit.job.container.pickle.PickleCall;
import io.ckptaudit.job.container.pickle.PickleDict;
import io.ckptaudit.job.container.pickle.PickleKey;
import io.ckptaudit.job.container.pickle.PickleList;
import io.ckptaudit.job.container.pickle.PickleTuple;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * Finds the tensors in an object, however they are nested: in dictionaries, lists, parameters and
 * objects of unknown classes. Not recursive; what contains itself, or many times itself, meets a
 * limit.
 */
final class StateDictWalk {
  private static final int DEEPEST = 64;
  private static final int MOST_VISITS = 4_000_000;
  private static final int MOST_TENSORS = 1 << 20;

  /** Of all names together, in characters. */
  private static final long LONGEST_NAMES = 128L << 20;

  private final List<NamedCall> tensors = new ArrayList<>();
  private final Deque<Visit> open = new ArrayDeque<>();
  private int visits;
  private long nameLengths;
  private String limit;

  private record Visit(String name, Object value, int depth) {}

  /** In the order of the object. */
  List<NamedCall> tensors(Object root) {
    open.push(new Visit("", root, 0));
    while (!open.isEmpty()) {
      visit(open.pop());
    }
    return tensors;
  }

  /** Why not everything was looked at; null if it was. */
  String limit() {
    return limit;
  }

  private void visit(Visit visit) {
    List<Visit> children = new ArrayList<>();
    if (visit.value instanceof PickleCall call) {
      visitCall(visit, call, children);
    } else {
      addContents(visit, visit.value, children);
    }
    for (int i = children.size() - 1; i >= 0; i--) {
      open.push(children.get(i));
    }
  }

  private void visitCall(Visit visit, PickleCall call, List<Visit> children) {
    List<Object> arguments = call.arguments().items();
    switch (call.function()) {
      case TorchGlobals.REBUILD_PARAMETER, TorchGlobals.REBUILD_PARAMETER_WITH_STATE -> {
        if (!arguments.isEmpty()) {
          add(visit, null, arguments.get(0), children);
        }
      }
      case TorchGlobals.REBUILD_FROM_TYPE -> visitTyped(visit, call);
      case TorchGlobals.REBUILD, TorchGlobals.REBUILD_V2, TorchGlobals.REBUILD_V3 ->
          tensors.add(
              new NamedCall(visit.name, call.function(), call.arguments(), call.position()));
      default -> {
        if (TorchGlobals.OTHER_KINDS.containsKey(call.function())) {
          tensors.add(
              new NamedCall(visit.name, call.function(), call.arguments(), call.position()));
        } else if (!call.isAllowed()) {
          visitUnknown(visit, call, children);
        }
      }
    }
  }

  /** (function, type, arguments, state): the function rebuilds what the type then wraps. */
  private void visitTyped(Visit visit, PickleCall call) {
    List<Object> arguments = call.arguments().items();
    if (arguments.size() >= 3
        && arguments.get(0) instanceof GlobalRef function
        && arguments.get(2) instanceof PickleTuple inner) {
      tensors.add(new NamedCall(visit.name, function.text(), inner, call.position()));
    }
  }

  private void visitUnknown(Visit visit, PickleCall call, List<Visit> children) {
    addContents(visit, call.arguments(), children);
    addContents(visit, call.state(), children);
    addContents(visit, call.items(), children);
    addContents(visit, call.elements(), children);
  }

  private void addContents(Visit visit, Object value, List<Visit> children) {
    if (value instanceof PickleDict dict) {
      for (Map.Entry<PickleKey, Object> entry : dict.entries().entrySet()) {
        add(visit, entry.getKey(), entry.getValue(), children);
      }
    } else if (value instanceof PickleList list) {
      addItems(visit, list.items(), children);
    } else if (value instanceof PickleTuple tuple) {
      addItems(visit, tuple.items(), children);
    }
  }

  private void addItems(Visit visit, List<Object> items, List<Visit> children) {
    for (int i = 0; i < items.size(); i++) {
      add(visit, i, items.get(i), children);
    }
  }

  /**
   * @param key null to keep the name
   */
  private void add(Visit parent, Object key, Object value, List<Visit> children) {
    if (++visits > MOST_VISITS) {
      end(
          "it refers to more than " + MOST_VISITS + " values, some of them again and again",
          children);
      return;
    }
    boolean inner =
        value instanceof PickleDict
            || value instanceof PickleList
            || value instanceof PickleTuple
            || value instanceof PickleCall;
    if (!inner) {
      return;
    }
    if (parent.depth == DEEPEST) {
      limit = "it is more than " + DEEPEST + " levels deep";
      return;
    }
    String name = key == null ? parent.name : joined(parent.name, key);
    nameLengths += name.length();
    if (nameLengths > LONGEST_NAMES || tensors.size() > MOST_TENSORS) {
      end("it has more than " + MOST_TENSORS + " tensors, or very long names", children);
      return;
    }
    children.add(new Visit(name, value, parent.depth + 1));
  }

  private void end(String why, List<Visit> children) {
    limit = limit == null ? why : limit;
    open.clear();
    children.clear();
    visits = MOST_VISITS;
  }

  private static String joined(String name, Object key) {
    return name.isEmpty() ? key.toString() : name + "." + key;
  }
}
