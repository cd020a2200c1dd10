package io.ckptaudit.job.cli;

import io.ckptaudit.job.pipeline.Version;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The main class of the launcher and of spark-submit. */
@Command(
    name = "ckpt-audit",
    description =
        "Reads every value of a model checkpoint once, and says exactly what each number format"
            + " would do to it.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Versions.class,
    subcommands = {
      AuditCommand.class,
      CompareCommand.class,
      ScalesCommand.class,
      UpdatesCommand.class,
      ShowCommand.class,
      GateCommand.class,
      VerifyCommand.class,
      GcCommand.class,
      FormatsCommand.class,
      ExplainCommand.class
    },
    footer = {
      "",
      "Exit codes: 0 clean, 2 usage or nothing matched, 10 findings at or above the gate,",
      "12 incomplete, 13 report not published or damaged, 1 our own bug."
    })
public final class Main implements Runnable {

  @Spec private CommandSpec spec;

  /** The version in the manifest of the jar. */
  static final class Versions implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"ckpt-audit " + Version.CURRENT};
    }
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command: give one of those below");
  }

  /** Runs one command line; the exit code is the result. */
  public static int execute(String... arguments) {
    return commandLine().execute(arguments);
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(new ExitCodes());
  }

  public static void main(String[] arguments) {
    QuickEnd end = QuickEnd.ofThisProcess();
    int exitCode = execute(arguments);
    end.exitCode(exitCode);
    if (exitCode != 0 || StartedSession.exists()) {
      // A non-daemon thread of a client library must not keep a finished driver alive.
      System.exit(exitCode);
    }
  }
}
