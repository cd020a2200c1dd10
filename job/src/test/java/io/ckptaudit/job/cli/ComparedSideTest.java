package io.ckptaudit.job.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.job.audit.AuditCriteria;
import io.ckptaudit.job.audit.Policy;
import io.ckptaudit.job.audit.Verdict;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.pipeline.AuditRequest;
import io.ckptaudit.job.pipeline.ReadChoice;
import io.ckptaudit.job.pipeline.StoredRunName;
import io.ckptaudit.job.plan.InvalidSettingException;
import io.ckptaudit.job.plan.PlanSettings;
import io.ckptaudit.job.testing.LocalSpark;
import io.ckptaudit.job.testing.SafetensorsTensors;
import io.ckptaudit.job.testing.SafetensorsTensors.Whole;
import io.ckptaudit.udfs.arrow.KernelConversions;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sides that an earlier attempt at the same comparison has audited. */
class ComparedSideTest {

  @TempDir Path folder;

  private ComparedSide side() {
    EnumSet<Target> none = EnumSet.noneOf(Target.class);
    String uri = folder.resolve("model").toString();
    return new ComparedSide(
        uri,
        null,
        new AuditRequest(
            List.of(uri),
            folder.resolve("report").toString(),
            "again-left",
            new AuditCriteria(EnumSet.of(Target.F16), none, Policy.DEFAULT),
            Verdict.FailOn.ERROR,
            PlanSettings.DEFAULT_SPLIT,
            ReadChoice.AUTO,
            new KernelConversions(),
            Map.of()),
        Map.of());
  }

  private StoredRunName audited() throws IOException {
    return side().audited(LocalSpark.session(), Storages.local(), null);
  }

  @Test
  void theAuditOfFilesThatChangedSinceIsNotCompared() throws IOException {
    Whole tensor = new Whole(DType.BF16.name(), new long[] {2}, new byte[4]);
    Path file = SafetensorsTensors.write(Map.of("a", tensor), folder.resolve("model"));
    StoredRunName run = audited();
    assertThat(audited()).isEqualTo(run);
    byte[] other = Files.readAllBytes(file);
    other[other.length - 1] = 1;
    Files.write(file, other);
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
    assertThatThrownBy(this::audited)
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(
            "Run 'again-left' exists and is of other files: 'model.safetensors' of '%s' is not what it was when it was audited; choose another --run-id"
                .formatted(folder.resolve("model").toUri().toString().replaceAll("/$", "")));
  }
}
