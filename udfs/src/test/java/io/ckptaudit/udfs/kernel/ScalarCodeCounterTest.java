package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;

class ScalarCodeCounterTest extends CodeCounterContract {

  @Override
  CodeCounter counter(FloatFormat format) {
    return Kernels.codeCounter(format, false);
  }
}
