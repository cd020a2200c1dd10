package io.ckptaudit.job.cli;

import io.ckptaudit.job.audit.Policy;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.policy.PolicyFile;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code --policy FILE}. */
final class PolicyOption {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--policy",
      paramLabel = "FILE",
      description =
          "Severities, thresholds, required targets, exceptions and the gate, as in"
              + " conf/policy.yaml, which says what holds without one.")
  private String file;

  /** What it says, or what is built in if it is not given. */
  Policy read(Storages storages) {
    if (file == null) {
      return Policy.DEFAULT;
    }
    try {
      return PolicyFile.parse(storages.forUri(file).readAll(file, PolicyFile.LONGEST), file);
    } catch (IOException e) {
      throw new ParameterException(
          spec.commandLine(),
          "Cannot read the policy " + file + ": " + e.getMessage() + "; check the path of --policy",
          e);
    }
  }
}
