package io.ckptaudit.job.audit;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import io.ckptaudit.udfs.state.CodeCounts;
import io.ckptaudit.udfs.state.CountedState;
import io.ckptaudit.udfs.state.FormatTables;
import io.ckptaudit.udfs.state.LatticeEvidence;
import io.ckptaudit.udfs.state.WideCounts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What is wrong with a checkpoint, told by its header and the counts of all its values. */
public final class ModelFindings {

  /** Fewer codes expected off a lattice than this prove nothing by their absence. */
  static final double FEWEST_EXPECTED = 20;

  private final int index;
  private final Checkpoint checkpoint;
  private final List<Finding> findings = new ArrayList<>();

  private ModelFindings(int index, Checkpoint checkpoint) {
    this.index = index;
    this.checkpoint = checkpoint;
  }

  /**
   * @param states the merged states of all counted tensors, one per dtype
   */
  public static List<Finding> of(
      int index,
      Checkpoint checkpoint,
      Collection<CountedState> states,
      Map<FloatFormat, FormatTables> tables) {
    ModelFindings rules = new ModelFindings(index, checkpoint);
    rules.declaredDtype();
    for (CountedState state : states) {
      rules.passage(state, tables);
    }
    return rules.findings;
  }

  /** Weights of 8 bits or fewer are quantised: what is declared is the dtype to compute in. */
  private void declaredDtype() {
    Map<DType, Long> elements = new EnumMap<>(DType.class);
    for (TensorEntry tensor : checkpoint.tensors()) {
      if (tensor.dtype().isFloating() && tensor.dtype().bits() > Byte.SIZE) {
        elements.merge(tensor.dtype(), tensor.elements(), Long::sum);
      }
    }
    if (checkpoint.declared().isEmpty() || elements.isEmpty()) {
      return;
    }
    DType declared = checkpoint.declared().get();
    DType stored = mostCommon(elements);
    if (stored != declared) {
      findings.add(
          Rule.DTYPE_DECLARED.ofModel(
              index,
              String.format(
                  Locale.ROOT,
                  "config.json declares %s, but %s values are stored as %s",
                  checkpoint.declaredDtype(),
                  share(elements, stored),
                  stored),
              Rule.evidence(
                  "declared", declared.name(),
                  "stored", stored.name(),
                  "elements", elements.get(stored))));
    }
  }

  private static String share(Map<DType, Long> elements, DType stored) {
    return elements.size() == 1
        ? String.format(Locale.ROOT, "all %,d", elements.get(stored))
        : String.format(
            Locale.ROOT,
            "%,d of %,d",
            elements.get(stored),
            elements.values().stream().mapToLong(Long::longValue).sum());
  }

  private static DType mostCommon(Map<DType, Long> elements) {
    return elements.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
  }

  /**
   * Values of F32 and F64 that are all BF16 are WIDER_THAN_NEEDED, which is no loss; whether those
   * came by way of F16 is the question for them as for stored BF16.
   */
  private void passage(CountedState state, Map<FloatFormat, FormatTables> tables) {
    if (state instanceof WideCounts wide) {
      boolean isBf16 = LatticeEvidence.of(wide, tables, Target.BF16).seenOffLattice() == 0;
      if (isBf16) {
        LatticeEvidence evidence = LatticeEvidence.of(wide, tables, Target.F16);
        passage(wide.dtype(), evidence, Target.F16, Rule.PASSED_THROUGH_F16);
      }
    } else if (state instanceof CodeCounts counts && counts.dtype().bits() == Short.SIZE) {
      boolean isBf16 = counts.dtype() == DType.BF16;
      Target lattice = isBf16 ? Target.F16 : Target.BF16;
      FormatTables ofDtype = tables.get(counts.dtype().format());
      passage(
          counts.dtype(),
          LatticeEvidence.of(counts, ofDtype, lattice),
          lattice,
          isBf16 ? Rule.PASSED_THROUGH_F16 : Rule.PASSED_THROUGH_BF16);
    }
  }

  private void passage(DType stored, LatticeEvidence evidence, Target lattice, Rule rule) {
    if (evidence.seenOffLattice() == 0 && evidence.expectedOffLattice() >= FEWEST_EXPECTED) {
      findings.add(
          rule.ofModel(
              index,
              String.format(
                  Locale.ROOT,
                  "The %s values once were %s: %,.0f different values that %s cannot hold would be"
                      + " expected, 0 are there",
                  stored,
                  lattice,
                  evidence.expectedOffLattice(),
                  lattice),
              Rule.evidence(
                  "stored", stored.name(),
                  "through", lattice.name(),
                  "expected_off_lattice", evidence.expectedOffLattice(),
                  "seen_off_lattice", evidence.seenOffLattice())));
    }
  }
}
