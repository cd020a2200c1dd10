package io.ckptaudit.job.cli;

import io.ckptaudit.job.checkpoint.NothingToAuditException;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.pipeline.DamagedReportException;
import io.ckptaudit.job.pipeline.PublicationException;
import io.ckptaudit.job.pipeline.Settings;
import io.ckptaudit.job.plan.InvalidSettingException;
import io.ckptaudit.job.policy.InvalidPolicyException;
import io.ckptaudit.job.report.ReportJson;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.SummaryText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** What an exception means to the caller of the program. */
final class ExitCodes implements IExecutionExceptionHandler {

  static final int BUG = 1;
  static final int USAGE = 2;
  static final int INCOMPLETE = 12;
  static final int NOT_PUBLISHED = 13;

  @Override
  public int handleExecutionException(
      Exception exception, CommandLine commandLine, ParseResult parsed) {
    int exitCode = of(exception);
    if (exception instanceof PublicationException unpublished) {
      unpublished.verdict().ifPresent(verdict -> show(verdict, commandLine));
    }
    commandLine.getErr().println(commandLine.getColorScheme().errorText(sentence(exception)));
    if (exitCode == BUG || System.getenv("CKPT_AUDIT_STACKTRACE") != null) {
      exception.printStackTrace(commandLine.getErr());
    }
    return exitCode;
  }

  /** What was found must not be lost with the report: for people, and on one line for programs. */
  private static void show(RunVerdict verdict, CommandLine commandLine) {
    commandLine.getOut().print(SummaryText.of(verdict, "no report: it could not be published"));
    commandLine.getOut().flush();
    commandLine.getErr().println(ReportJson.line(Map.of("unpublished", verdict)));
  }

  private static String sentence(Exception exception) {
    return of(exception) == BUG
        ? "This is a bug of ckpt-audit; please report it with the text below: " + exception
        : printable(exception);
  }

  /** What an exception says, less users of URIs and what a terminal would obey. */
  static String printable(Exception exception) {
    return Quoted.whole(Settings.withoutUserInfo(String.valueOf(exception.getMessage())));
  }

  static int of(Exception exception) {
    if (exception instanceof PublicationException || exception instanceof DamagedReportException) {
      return NOT_PUBLISHED;
    }
    if (exception instanceof NothingToAuditException
        || exception instanceof InvalidSettingException
        || exception instanceof InvalidPolicyException) {
      return USAGE;
    }
    if (exception instanceof IOException || exception instanceof UncheckedIOException) {
      return INCOMPLETE;
    }
    return BUG;
  }
}
