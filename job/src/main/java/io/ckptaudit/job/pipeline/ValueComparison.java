package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.compare.Compared;
import io.ckptaudit.job.compare.ElementImage;
import io.ckptaudit.job.compare.ElementOrder;
import io.ckptaudit.job.compare.ElementTrial;
import io.ckptaudit.job.compare.ElementsCompared;
import io.ckptaudit.job.compare.SideTensor;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.pipeline.CompareStretches.Way;
import io.ckptaudit.job.plan.ElementLanes;
import io.ckptaudit.job.plan.ElementStretch;
import io.ckptaudit.job.plan.PlanSettings;
import io.ckptaudit.udfs.state.ElementDifferences;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/** Compares pairs element by element, after their counts: reads the weights of both sides. */
final class ValueComparison {

  private final JavaSparkContext context;
  private final ComparisonRequest request;
  private final ComparedWeights weights;
  private final Broadcast<Storages> storages;
  private final ReadPlan plan;
  private final int lastAttempt;
  private final PoisonedFiles poisoned;
  private final Map<String, TensorEntry> left;
  private final Map<String, TensorEntry> right;
  private final HashMap<String, ElementsCompared> results = new HashMap<>();

  /** Ways that were not tried yet on all elements, likeliest first. */
  private final TreeMap<Integer, ArrayList<Way>> ways = new TreeMap<>();

  /** What else the elements of a pair may be the image of. */
  private final TreeMap<Integer, List<ElementTrial>> others = new TreeMap<>();

  ValueComparison(JavaSparkContext context, ComparisonRequest request, ComparedWeights weights) {
    this.context = context;
    this.request = request;
    this.weights = weights;
    this.storages = context.broadcast(weights.storages());
    this.plan =
        ReadPlan.of(ReadChoice.AUTO, List.of(weights.left(), weights.right()), context.getConf())
            .unmapped();
    this.lastAttempt = PoisonedFiles.lastAttempt(context);
    this.poisoned = PoisonedFiles.read(context, storages, plan);
    this.left = byName(weights.left());
    this.right = byName(weights.right());
  }

  private static Map<String, TensorEntry> byName(Checkpoint checkpoint) {
    return checkpoint.tensors().stream()
        .collect(Collectors.toMap(TensorEntry::name, Function.identity()));
  }

  /** What the pairs came to that were asked for, by their names. */
  HashMap<String, ElementsCompared> of(List<Compared> all) {
    for (int i = 0; i < all.size(); i++) {
      if (isAsked(all.get(i))) {
        prepare(i, all.get(i));
      }
    }
    try {
      compareAll(all);
      return results;
    } finally {
      PoisonedFiles.forget(context);
    }
  }

  private void compareAll(List<Compared> all) {
    addOthers();
    for (boolean first = true; !ways.isEmpty(); first = false) {
      TreeMap<Integer, Way> chosen = chosen(first);
      compare(chosen)
          .forEach(
              (pair, outcome) -> {
                ElementsCompared found = found(chosen.get(pair), outcome);
                results.merge(all.get(pair).pair().name(), found, ElementsCompared::nearer);
                if (!found.isKnown() || found.allEqual()) {
                  ways.remove(pair);
                }
              });
      ways.values().removeIf(ArrayList::isEmpty);
    }
  }

  private static ElementsCompared found(Way way, byte[] outcome) {
    ReadFault fault = StretchOutcome.fault(outcome);
    return fault != null
        ? ElementsCompared.unread(fault)
        : ElementsCompared.of(way.trial(), way.order(), StretchOutcome.differences(outcome));
  }

  private boolean isAsked(Compared one) {
    boolean asked =
        request.values() == ComparedValues.ALL ? one.statement().hasElements() : one.isOpen();
    return asked && one.pair().isPaired();
  }

  /** Finds out how to compare a pair, or why it cannot be. */
  private void prepare(int index, Compared one) {
    List<ElementTrial> trials = one.trials();
    Optional<List<TensorEntry>> ofLeft = entries(one.pair().left(), left);
    Optional<List<TensorEntry>> ofRight = entries(one.pair().right(), right);
    String name = one.pair().name();
    if (ofLeft.isEmpty() || ofRight.isEmpty()) {
      results.put(name, ElementsCompared.unread(ReadFault.CHANGED_DURING_AUDIT));
    } else if (trials.isEmpty()) {
      results.put(
          name, ElementsCompared.impossible("its dtypes have no elements that can be equal"));
    } else if (ofLeft.get().stream().allMatch(tensor -> tensor.elements() == 0)) {
      ElementTrial trial = trials.get(0);
      ElementDifferences none = ElementDifferences.none(trial.image().to());
      results.put(name, ElementsCompared.of(trial, one.orders().get(0), none));
    } else {
      ArrayList<Way> found = ways(index, one, trials.get(0), ofLeft.get(), ofRight.get());
      if (found.isEmpty()) {
        results.put(
            name,
            ElementsCompared.impossible(
                "its elements do not lie one after the other, or are out of order over more than"
                    + " 32 MiB"));
      } else {
        ways.put(index, found);
        others.put(index, trials.subList(1, trials.size()));
      }
    }
  }

  /** Empty if the checkpoint no longer has what was audited. */
  private static Optional<List<TensorEntry>> entries(
      List<SideTensor> tensors, Map<String, TensorEntry> entries) {
    List<TensorEntry> found = new ArrayList<>();
    for (SideTensor tensor : tensors) {
      TensorEntry entry = entries.get(tensor.name());
      boolean same =
          entry != null && entry.dtype() == tensor.dtype() && entry.elements() == tensor.elements();
      if (!same) {
        return Optional.empty();
      }
      found.add(entry);
    }
    return Optional.of(found);
  }

  private ArrayList<Way> ways(
      int index,
      Compared one,
      ElementTrial trial,
      List<TensorEntry> ofLeft,
      List<TensorEntry> ofRight) {
    long elements = ofLeft.stream().mapToLong(TensorEntry::elements).sum();
    ArrayList<Way> found = new ArrayList<>();
    for (ElementOrder order : one.orders()) {
      Optional<ElementLanes> l = lanes(weights.left(), ofLeft, order);
      Optional<ElementLanes> r = lanes(weights.right(), ofRight, order);
      if (l.isPresent() && r.isPresent()) {
        Way way = new Way(trial, order, ElementStretch.whole(index, elements, l.get(), r.get()));
        if (isPossible(way, ofLeft.get(0))) {
          found.add(way);
        }
      }
    }
    return found;
  }

  private static Optional<ElementLanes> lanes(
      Checkpoint checkpoint, List<TensorEntry> tensors, ElementOrder order) {
    int lanes = tensors.size() == 1 ? 1 : order.lanes();
    return ElementLanes.of(checkpoint, tensors, lanes, order.turn());
  }

  /** Packed elements cannot be put in order one by one, and no unit is larger than its buffer. */
  private static boolean isPossible(Way way, TensorEntry tensor) {
    int bits = tensor.dtype().bits();
    boolean plain = way.order().isSame() && way.order().lanes() == 1;
    boolean fits = way.order().unit() * bits / Byte.SIZE <= ReorderedStream.LARGEST_UNIT;
    return plain || bits >= Byte.SIZE && (way.order().isSame() || fits);
  }

  /**
   * Other images are tried in the likeliest order of elements, and in that in which the image that
   * counts came nearest to fits best.
   */
  private void addOthers() {
    others.values().removeIf(List::isEmpty);
    TreeMap<Integer, ArrayList<Way>> inAllOrders = new TreeMap<>(ways);
    inAllOrders.keySet().retainAll(others.keySet());
    for (WaySearch.Answer answer : search(inAllOrders)) {
      Way best = ways.get(answer.pair()).get(answer.way());
      ArrayList<Way> all = new ArrayList<>(List.of(best));
      for (Way order : new LinkedHashSet<>(List.of(ways.get(answer.pair()).get(0), best))) {
        others
            .get(answer.pair())
            .forEach(trial -> all.add(new Way(trial, order.order(), order.whole())));
      }
      ways.put(answer.pair(), all);
    }
  }

  /**
   * Takes a way for each pair, and leaves those to be tried that come after it. Where one was tried
   * before, only a way that fits the samples is worth another look at all elements.
   */
  private TreeMap<Integer, Way> chosen(boolean first) {
    TreeMap<Integer, ArrayList<Way>> several = new TreeMap<>(ways);
    several.values().removeIf(found -> first && found.size() == 1);
    TreeMap<Integer, Way> chosen = new TreeMap<>();
    ways.forEach((pair, found) -> chosen.put(pair, found.get(0)));
    ways.keySet().retainAll(several.keySet());
    for (WaySearch.Answer answer : search(several)) {
      ArrayList<Way> found = ways.get(answer.pair());
      Way best = found.get(answer.way());
      if (answer.fits()) {
        chosen.put(answer.pair(), best);
        found.subList(0, answer.way() + 1).clear();
      } else {
        ways.remove(answer.pair());
        if (first) {
          chosen.put(answer.pair(), best);
        } else {
          chosen.remove(answer.pair());
        }
      }
    }
    return chosen;
  }

  private List<WaySearch.Answer> search(TreeMap<Integer, ArrayList<Way>> among) {
    List<WaySearch.Question> questions = new ArrayList<>();
    among.forEach((pair, found) -> questions.add(new WaySearch.Question(pair, found)));
    TreeMap<Integer, WaySearch.Answer> answers = ask(questions);
    questions.removeIf(question -> answers.get(question.pair()).isKnown());
    if (!questions.isEmpty()) {
      poisoned.amongPairs(
          questions.stream().flatMap(question -> question.ways().get(0).whole().splits()).toList());
      answers.putAll(ask(questions));
    }
    return answers.values().stream().map(WaySearch.Answer::orFirst).toList();
  }

  private TreeMap<Integer, WaySearch.Answer> ask(List<WaySearch.Question> questions) {
    TreeMap<Integer, WaySearch.Answer> answers = new TreeMap<>();
    if (!questions.isEmpty()) {
      int partitions = Math.min(questions.size(), 4 * context.defaultParallelism());
      context
          .parallelize(questions, partitions)
          .map(new WaySearch(storages, plan, request.functions(), lastAttempt))
          .collect()
          .forEach(answer -> answers.put(answer.pair(), answer));
    }
    return answers;
  }

  private Map<Integer, byte[]> compare(TreeMap<Integer, Way> chosen) {
    if (chosen.isEmpty()) {
      return Map.of();
    }
    HashMap<Integer, ElementImage> images = new HashMap<>();
    HashMap<Integer, ElementOrder> orders = new HashMap<>();
    List<ElementStretch> pairs = new ArrayList<>();
    List<Long> units = new ArrayList<>();
    chosen.forEach(
        (pair, way) -> {
          images.put(pair, way.trial().image());
          orders.put(pair, way.order());
          pairs.add(way.whole());
          units.add(way.order().unit());
        });
    List<ElementStretch.Task> tasks =
        ElementStretch.plan(
            pairs, units, new PlanSettings(request.splitBytes(), context.defaultParallelism()));
    BytesRead bytesRead = BytesRead.create(context);
    RunMetrics metrics =
        RunMetrics.register(pairs.stream().flatMap(ElementStretch::splits), bytesRead)
            .foundIn(List.of(weights.left(), weights.right()));
    weights.progress().start(metrics);
    CompareStretches comparing =
        new CompareStretches(
            storages,
            plan,
            request.functions(),
            context.broadcast(images),
            context.broadcast(orders),
            bytesRead,
            lastAttempt);
    try {
      Map<Integer, byte[]> outcomes = new HashMap<>(compare(tasks, comparing));
      List<ElementStretch.Task> again = tasksOfSuspects(tasks, outcomes);
      if (!again.isEmpty()) {
        poisoned.amongPairs(
            again.stream()
                .flatMap(task -> task.stretches().stream().flatMap(ElementStretch::splits))
                .toList());
        outcomes.putAll(compare(again, comparing));
      }
      return outcomes;
    } finally {
      metrics.readingEnded();
      weights.progress().finish();
    }
  }

  private Map<Integer, byte[]> compare(
      List<ElementStretch.Task> tasks, CompareStretches comparing) {
    return context
        .parallelize(tasks, tasks.size())
        .mapPartitionsToPair(comparing)
        .reduceByKey(StretchOutcome::merge, Math.max(1, context.defaultParallelism()))
        .collectAsMap();
  }

  /** All stretches of pairs that shared a task with a file that ended its process, or lie in it. */
  private static List<ElementStretch.Task> tasksOfSuspects(
      List<ElementStretch.Task> tasks, Map<Integer, byte[]> outcomes) {
    List<ElementStretch.Task> some = new ArrayList<>();
    for (ElementStretch.Task task : tasks) {
      ArrayList<ElementStretch> stretches = new ArrayList<>(task.stretches());
      stretches.removeIf(
          stretch -> StretchOutcome.fault(outcomes.get(stretch.pair())) != ReadFault.POISON);
      if (!stretches.isEmpty()) {
        some.add(new ElementStretch.Task(stretches));
      }
    }
    return some;
  }
}
