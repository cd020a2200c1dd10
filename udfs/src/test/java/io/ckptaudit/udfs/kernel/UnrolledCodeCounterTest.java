package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;

class UnrolledCodeCounterTest extends CodeCounterContract {

  @Override
  CodeCounter counter(FloatFormat format) {
    return Kernels.codeCounter(format, true);
  }
}
