package io.ckptaudit.job.audit;

import io.ckptaudit.udfs.state.Statistics;
import io.ckptaudit.udfs.state.TargetFigures;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/**
 * What the tensors of a run have to say, on its way to the driver: a commutative monoid, so that
 * its contents do not depend on partitions. Of each rule and severity of a checkpoint it holds the
 * first 100 findings and the number of the rest.
 */
public final class Gathering implements Serializable {

  private static final long serialVersionUID = 1L;

  private final FindingCap findings = new FindingCap();
  private final TreeMap<Integer, CheckpointFacts> facts = new TreeMap<>();

  /** What one tensor has to say. */
  public static final class OfTensor implements Serializable {

    private static final long serialVersionUID = 1L;

    private final int checkpoint;
    private final ArrayList<Finding> findings;
    private final TensorFacts facts;

    private OfTensor(int checkpoint, List<Finding> findings, TensorFacts facts) {
      this.checkpoint = checkpoint;
      this.findings = new ArrayList<>(findings);
      this.facts = facts;
    }

    /** Of a tensor without figures. */
    public static OfTensor of(
        TensorSubject subject, List<Finding> findings, AuditCriteria criteria) {
      return new OfTensor(subject.checkpoint(), criteria.policy().judge(findings), null);
    }

    /**
     * @param crc32c of its bytes, or null
     * @param casts the figures of the reported targets
     */
    public static OfTensor of(
        TensorSubject subject,
        List<Finding> findings,
        Statistics statistics,
        Long crc32c,
        Collection<TargetFigures> casts,
        AuditCriteria criteria) {
      TensorFacts facts = TensorFacts.of(subject, statistics, crc32c);
      Thresholds thresholds = criteria.policy().thresholds();
      casts.forEach(cast -> facts.addCast(cast, statistics, thresholds));
      return new OfTensor(subject.checkpoint(), criteria.policy().judge(findings), facts);
    }
  }

  public Gathering add(OfTensor tensor) {
    tensor.findings.forEach(findings::add);
    if (tensor.facts != null) {
      ofCheckpoint(tensor.checkpoint).add(tensor.facts);
    }
    return this;
  }

  public Gathering addAll(Gathering other) {
    findings.addAll(other.findings);
    other.facts.forEach((checkpoint, more) -> ofCheckpoint(checkpoint).addAll(more));
    return this;
  }

  /** A finding made on the driver; it counts against the same limit. */
  public void add(Finding finding) {
    findings.add(finding);
  }

  private CheckpointFacts ofCheckpoint(int checkpoint) {
    return facts.computeIfAbsent(checkpoint, none -> new CheckpointFacts());
  }

  CheckpointFacts facts(int checkpoint) {
    return facts.getOrDefault(checkpoint, new CheckpointFacts());
  }

  /** In {@link Finding#ORDER}. */
  public List<Finding> findings() {
    return findings.all();
  }
}
