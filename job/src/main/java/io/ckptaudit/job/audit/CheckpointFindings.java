package io.ckptaudit.job.audit;

import io.ckptaudit.job.audit.CheckpointFacts.Magnitude;
import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.Role;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.udfs.number.Target;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is wrong with a checkpoint, told by comparing its tensors. */
public final class CheckpointFindings {

  /** Fewer siblings have no median to speak of. */
  private static final int FEWEST_EXPERTS = 4;

  private static final int LONGEST_NAME = 1000;
  private static final Pattern EXPERT = Pattern.compile("\\b(experts?[._])(\\d{1,9})(?=\\.)");

  /** These may well be empty: nothing is known of them. */
  private static final Set<Role> MAY_BE_EMPTY = EnumSet.of(Role.OTHER, Role.SCALE);

  private final int index;
  private final Checkpoint checkpoint;
  private final CheckpointFacts facts;
  private final AuditCriteria criteria;
  private final List<Finding> findings = new ArrayList<>();

  private CheckpointFindings(
      int index, Checkpoint checkpoint, CheckpointFacts facts, AuditCriteria criteria) {
    this.index = index;
    this.checkpoint = checkpoint;
    this.facts = facts;
    this.criteria = criteria;
  }

  public static List<Finding> of(
      int index, Checkpoint checkpoint, Gathering gathered, AuditCriteria criteria) {
    CheckpointFindings rules =
        new CheckpointFindings(index, checkpoint, gathered.facts(index), criteria);
    rules.whatIf(rules.facts.overflow(), Rule.OVERFLOW_TARGET, "overflow %s");
    rules.whatIf(rules.facts.underflow(), Rule.UNDERFLOW_TARGET, "turn %s to zero");
    rules.wider();
    rules.empty();
    rules.deadExperts();
    rules.findings.addAll(TiedWeights.of(index, checkpoint, rules.facts.ends()));
    return rules.findings;
  }

  /** That an unscaled cast to 8 bits turns small values to zero is no news. */
  private void whatIf(Map<Target, WorstTensors> worst, Rule rule, String would) {
    for (Target target : criteria.targets()) {
      WorstTensors tensors = worst.get(target);
      boolean news = target.format().bits() > Byte.SIZE || rule == Rule.OVERFLOW_TARGET;
      boolean asked = news && !criteria.required().contains(target);
      if (asked && tensors != null && tensors.isTelling()) {
        String count = String.format(Locale.ROOT, "%,d value", tensors.values());
        String values = count + (tensors.values() == 1 ? "" : "s");
        findings.add(
            rule.ofModel(
                index,
                "A cast to "
                    + target
                    + " would "
                    + would.replace("%s", values)
                    + ", "
                    + tensors.words(),
                Rule.evidence(
                    "target",
                    target.name(),
                    rule.evidence().get(1),
                    tensors.values(),
                    "worst",
                    tensors.evidence())));
      }
    }
  }

  private void wider() {
    long all = checkpoint.tensors().stream().mapToLong(TensorEntry::bytes).sum();
    facts
        .waste()
        .forEach(
            (narrowing, waste) -> {
              double share = (double) waste.bytes() / all;
              if (share > criteria.policy().thresholds().wastedShare()) {
                findings.add(
                    Rule.WIDER_THAN_NEEDED.ofModel(
                        index,
                        String.format(
                            Locale.ROOT,
                            "%,d tensors stored as %s hold only values of %s: %,d bytes (%.1f%%)"
                                + " say nothing",
                            waste.tensors(),
                            narrowing.stored(),
                            narrowing.narrowest(),
                            waste.bytes(),
                            100 * share),
                        Rule.evidence(
                            "stored", narrowing.stored().name(),
                            "narrowest", narrowing.narrowest().name(),
                            "tensors", waste.tensors(),
                            "bytes_wasted", waste.bytes(),
                            "share", share)));
              }
            });
  }

  private void empty() {
    for (int i = 0; i < checkpoint.tensors().size(); i++) {
      TensorEntry tensor = checkpoint.tensors().get(i);
      if (tensor.elements() == 0) {
        TensorSubject subject = TensorSubject.of(index, checkpoint, i);
        Role role = subject.name().role();
        if (!MAY_BE_EMPTY.contains(role)) {
          findings.add(
              Rule.EMPTY_TENSOR.ofTensor(
                  subject,
                  "A weight of shape " + tensor.shape() + " has no values",
                  Rule.evidence("shape", tensor.shape().toString(), "role", role.id())));
        }
      }
    }
  }

  /** Whether a name has the number of an expert. */
  static boolean isNumbered(String tensor) {
    return tensor.length() <= LONGEST_NAME && EXPERT.matcher(tensor).find();
  }

  private void deadExperts() {
    Map<String, List<Magnitude>> siblings = new TreeMap<>();
    for (Magnitude expert : facts.experts()) {
      if (expert.tensor().length() <= LONGEST_NAME) {
        Matcher number = EXPERT.matcher(expert.tensor());
        if (number.find()) {
          String others =
              new StringBuilder(expert.tensor())
                  .replace(number.start(2), number.end(2), "*")
                  .toString();
          siblings.computeIfAbsent(others, none -> new ArrayList<>()).add(expert);
        }
      }
    }
    siblings.values().stream()
        .filter(family -> family.size() >= FEWEST_EXPERTS)
        .forEach(this::deadExperts);
  }

  private static int numberOf(Magnitude expert) {
    Matcher number = EXPERT.matcher(expert.tensor());
    return number.find() ? Integer.parseInt(number.group(2)) : -1;
  }

  private void deadExperts(List<Magnitude> family) {
    double[] magnitudes = family.stream().mapToDouble(Magnitude::absMax).sorted().toArray();
    double median = magnitudes[magnitudes.length / 2];
    double limit = criteria.policy().thresholds().deadExpertRatio() * median;
    for (Magnitude expert : family) {
      if (expert.absMax() < limit) {
        TensorSubject subject =
            TensorSubject.of(index, checkpoint, checkpoint.indexOf(expert.tensor()));
        findings.add(
            Rule.DEAD_EXPERT.ofNamed(
                subject,
                "The largest magnitude in "
                    + subject.place()
                    + " is "
                    + expert.absMax()
                    + ", and the median of its "
                    + family.size()
                    + " siblings' is "
                    + median,
                Rule.evidence(
                    "expert", numberOf(expert),
                    "abs_max", expert.absMax(),
                    "siblings_median", median,
                    "siblings", family.size())));
      }
    }
  }
}
