package io.ckptaudit.job.cli;

import io.ckptaudit.job.checkpoint.NothingToAuditException;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.pipeline.PublicationException;
import io.ckptaudit.job.plan.InvalidSettingException;
import io.ckptaudit.job.policy.InvalidPolicyException;
import java.io.IOException;
import java.io.UncheckedIOException;
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
    commandLine.getErr().println(commandLine.getColorScheme().errorText(sentence(exception)));
    if (exitCode == BUG || System.getenv("CKPT_AUDIT_STACKTRACE") != null) {
      exception.printStackTrace(commandLine.getErr());
    }
    return exitCode;
  }

  private static String sentence(Exception exception) {
    return of(exception) == BUG
        ? "This is a bug of ckpt-audit; please report it with the text below: " + exception
        : Quoted.whole(String.valueOf(exception.getMessage()));
  }

  static int of(Exception exception) {
    if (exception instanceof PublicationException) {
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
