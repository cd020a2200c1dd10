package io.ckptaudit.job.cli;

import io.ckptaudit.job.report.FormatTable;
import io.ckptaudit.job.report.SpacingTable;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code formats}: needs neither Spark nor a checkpoint. */
@Command(
    name = "formats",
    description = "Prints the table of number formats (as torch.finfo), or their spacing.",
    mixinStandardHelpOptions = true)
final class FormatsCommand implements Callable<Integer> {

  @Option(names = "--spacing", description = "Print the spacing of values in each binade instead.")
  private boolean spacing;

  @Option(
      names = "--format",
      paramLabel = "text|json",
      defaultValue = "text",
      description = "Output for a person or a program (default: ${DEFAULT-VALUE}).")
  private OutputForm form;

  private CommandSpec spec;

  @Spec
  void setSpec(CommandSpec spec) {
    this.spec = spec;
    spec.parser().caseInsensitiveEnumValuesAllowed(true);
  }

  @Override
  public Integer call() {
    String output =
        switch (form) {
          case TEXT -> spacing ? SpacingTable.text() : FormatTable.text();
          case JSON -> spacing ? SpacingTable.json() : FormatTable.json();
        };
    spec.commandLine().getOut().print(output);
    spec.commandLine().getOut().flush();
    return 0;
  }
}
