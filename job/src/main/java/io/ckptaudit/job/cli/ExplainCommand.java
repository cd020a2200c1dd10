package io.ckptaudit.job.cli;

import io.ckptaudit.job.report.Explanation;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code explain VALUE}: needs neither Spark nor a checkpoint. */
@Command(
    name = "explain",
    description = "Takes a number or a code apart and prints what each format makes of it.",
    mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {

  @Parameters(
      paramLabel = "VALUE",
      description =
          "A number (0.1, -4.2617e-06, 2^-24), a word (nan, inf, -inf, -0), or a code (0x3C00,"
              + " 0b0011110000000000).")
  private String value;

  @Option(
      names = "--as",
      paramLabel = "FORMAT",
      description = "Read VALUE in this format (F16, BF16, F8_E4M3, ...) and cast what it stores.")
  private String format;

  @Option(
      names = "--format",
      paramLabel = "text|json",
      defaultValue = "text",
      description = "Output for a person or a program (default: ${DEFAULT-VALUE}).")
  private OutputForm form;

  private CommandSpec spec;

  /** Without the second setting -inf and -2^-24 would be refused as unknown options. */
  @Spec
  void setSpec(CommandSpec spec) {
    this.spec = spec;
    spec.parser().caseInsensitiveEnumValuesAllowed(true).unmatchedOptionsArePositionalParams(true);
  }

  @Override
  public Integer call() {
    Explanation explanation = explain();
    spec.commandLine()
        .getOut()
        .print(
            switch (form) {
              case TEXT -> explanation.text();
              case JSON -> explanation.json();
            });
    spec.commandLine().getOut().flush();
    return 0;
  }

  private Explanation explain() {
    try {
      return Explanation.of(value, Optional.ofNullable(format));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
