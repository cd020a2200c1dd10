package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.compare.ElementImage;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.pipeline.CompareStretches.Way;
import io.ckptaudit.job.plan.ElementStretch;
import io.ckptaudit.udfs.arrow.ConversionFunctions;
import io.ckptaudit.udfs.arrow.TaskMemory;
import io.ckptaudit.udfs.state.ElementDifferences;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;

/**
 * Finds, of the ways in which elements may be held against each other, the one in which a pair fits
 * best: on samples spread over the tensor, the first one in which nothing differs, else that in
 * which least does. It is only a choice: all elements are then held against each other in that way.
 */
final class WaySearch implements Function<WaySearch.Question, WaySearch.Answer> {

  private static final long serialVersionUID = 1L;

  private static final int SAMPLES = 4;
  private static final long SAMPLE = 1 << 12;

  /** Elements of all samples of a way, unless one is larger. */
  private static final long MOST = 1 << 20;

  /** A pair and the ways there are, at least one. */
  record Question(int pair, ArrayList<Way> ways) implements Serializable {}

  /**
   * @param way its number, or −1 if the process may end by it: nothing was read
   * @param fits whether nothing differed in the samples
   */
  record Answer(int pair, int way, boolean fits) implements Serializable {

    boolean isKnown() {
      return way >= 0;
    }

    /** The first way where there is no answer: who reads all of it meets the same, and says so. */
    Answer orFirst() {
      return isKnown() ? this : new Answer(pair, 0, false);
    }
  }

  private final Broadcast<Storages> storages;
  private final ReadPlan plan;
  private final ConversionFunctions functions;

  /** Number of the attempt that opens no file any more, from 0. */
  private final int lastAttempt;

  WaySearch(
      Broadcast<Storages> storages, ReadPlan plan, ConversionFunctions functions, int lastAttempt) {
    this.storages = storages;
    this.plan = plan;
    this.functions = functions;
    this.lastAttempt = lastAttempt;
  }

  @Override
  public Answer call(Question question) {
    TaskContext context = TaskContext.get();
    if (question.ways.get(0).whole().isIn(PoisonedFiles.told(context))) {
      // Who reads all of it says so.
      return new Answer(question.pair, 0, false);
    }
    if (context.attemptNumber() >= lastAttempt) {
      return new Answer(question.pair, -1, false);
    }
    int best = 0;
    double fewest = Double.POSITIVE_INFINITY;
    try (TaskMemory memory = TaskMemory.open("task " + context.taskAttemptId());
        StretchComparer comparer =
            CompareStretches.comparer(storages.value(), memory, plan, functions)) {
      for (int i = 0; i < question.ways.size() && fewest > 0; i++) {
        double share = differing(comparer, question.ways.get(i));
        if (share < fewest) {
          fewest = share;
          best = i;
        }
      }
    } catch (IOException | RuntimeException e) {
      // Who reads all of it meets the same, and says so.
      return new Answer(question.pair, 0, false);
    }
    return new Answer(question.pair, best, fewest == 0);
  }

  /** The share of sampled elements that differ. */
  private static double differing(StretchComparer comparer, Way way) throws IOException {
    ElementImage image = way.trial().image();
    ElementDifferences all = ElementDifferences.none(image.to());
    for (ElementStretch sample : samples(way)) {
      all = all.merge(comparer.compare(sample, image, way.order()));
    }
    return all.elements() == 0 ? 0 : (double) all.different() / all.elements();
  }

  static List<ElementStretch> samples(Way way) {
    long elements = way.whole().to();
    long grain = way.whole().grain(way.order().unit());
    long length = Math.max(grain, SAMPLE - SAMPLE % grain);
    long number = Math.max(1, Math.min(SAMPLES, MOST / length));
    List<ElementStretch> samples = new ArrayList<>();
    long end = 0;
    for (int i = 0; i < number; i++) {
      long begin = Math.max(end, (long) ((double) elements * i / number) / grain * grain);
      end = Math.min(elements, begin + length);
      if (begin < end) {
        samples.add(way.whole().part(begin, end));
      }
    }
    return samples;
  }
}
