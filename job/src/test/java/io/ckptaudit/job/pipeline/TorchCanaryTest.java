package io.ckptaudit.job.pipeline;

import static io.ckptaudit.job.testing.PickleBytes.pickle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.PickleBytes;
import io.ckptaudit.job.testing.TorchBytes;
import io.ckptaudit.job.testing.ZipBytes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Row T1: pickles that write a file, start a process or open a socket, and did none of it. */
class TorchCanaryTest {

  @TempDir Path folder;

  /** Calls of one argument by their function, as a pickle makes them when it is loaded. */
  private List<byte[]> attacks(Path canary, int port) {
    String touch = "touch " + canary;
    String write = "open('" + canary + "','w').write('x')";
    String connect = "import socket;socket.create_connection(('127.0.0.1'," + port + "))";
    List<byte[]> attacks = new ArrayList<>();
    attacks.add(call("posix", "system", touch));
    attacks.add(call("os", "system", touch));
    attacks.add(call("subprocess", "getoutput", "sleep 86399.25"));
    attacks.add(call("builtins", "eval", write));
    attacks.add(call("__builtin__", "exec", connect));
    attacks.add(call("torch.utils.collect_env", "run", touch));
    attacks.add(call("runpy", "_run_code", connect));
    attacks.add(
        pickle()
            .op("](")
            .global("builtins", "getattr")
            .op("(")
            .global("importlib", "import_module")
            .text("os")
            .raw(0x85)
            .op("R")
            .text("system")
            .op("tR")
            .text(touch)
            .raw(0x85)
            .op("Re")
            .stop());
    attacks.add(
        pickle()
            .global("my", "Thing")
            .op(")")
            .raw(0x81)
            .op("}")
            .text("__setstate__")
            .global("os", "system")
            .op("sb")
            .text(touch)
            .op("b")
            .stop());
    return attacks;
  }

  private static byte[] call(String module, String name, String argument) {
    return pickle().op("](").global(module, name).text(argument).raw(0x85).op("Re").stop();
  }

  @Test
  void nothingRan() throws IOException {
    Path canary = folder.resolve("canary");
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      List<Path> files = write(attacks(canary, socket.getLocalPort()));
      files.add(Fixtures.path("malicious/os-system.pt"));
      for (Path file : files) {
        Checkpoint opened = Checkpoints.open(List.of(file.toString()), Storages.local()).get(0);
        assertThat(opened.problems())
            .as("%s", file)
            .extracting(Problem::rule)
            .containsAnyOf("UNSAFE_GLOBAL", "UNREFERENCED_MEMBER");
      }
      socket.setSoTimeout(200);
      assertThatThrownBy(socket::accept).isInstanceOf(SocketTimeoutException.class);
    }
    assertThat(canary).doesNotExist();
    assertThat(Path.of("PWNED")).doesNotExist();
    assertThat(ProcessHandle.current().descendants())
        .noneMatch(process -> process.info().commandLine().orElse("").contains("86399.25"));
  }

  /** Each as the object of an archive, as a hidden member, and as a bare pickle. */
  private List<Path> write(List<byte[]> attacks) throws IOException {
    List<Path> files = new ArrayList<>();
    PickleBytes empty = pickle().op("}");
    byte[] harmless = empty.stop();
    for (int i = 0; i < attacks.size(); i++) {
      byte[] attack = attacks.get(i);
      ZipBytes hidden = TorchBytes.zip(harmless).add("archive/data/7", attack);
      files.add(Files.write(folder.resolve(i + "-object.pt"), TorchBytes.zip(attack).bytes()));
      files.add(Files.write(folder.resolve(i + "-hidden.bin"), hidden.bytes()));
      files.add(Files.write(folder.resolve(i + "-bare.ckpt"), attack));
    }
    return files;
  }

  @Test
  void theFixtureIsFoundOutAndItsTensorIsListed() throws IOException {
    Path file = Fixtures.path("malicious/os-system.pt");
    Checkpoint opened = Checkpoints.open(List.of(file.toString()), Storages.local()).get(0);
    assertThat(opened.problems())
        .filteredOn(problem -> problem.rule().equals("UNSAFE_GLOBAL"))
        .extracting(Problem::message)
        .containsExactly(
            "Refused what the pickle calls in os-system.pt at byte 233: 'posix.system': it is not on"
                + " the list of what is harmless; do not load the file; get it from a source you"
                + " trust");
    assertThat(opened.tensors()).singleElement().matches(tensor -> tensor.name().equals("w"));
  }
}
