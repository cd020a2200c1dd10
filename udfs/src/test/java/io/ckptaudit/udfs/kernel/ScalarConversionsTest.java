package io.ckptaudit.udfs.kernel;

class ScalarConversionsTest extends ConversionKernelContract {

  @Override
  ConversionKernel kernel() {
    return Kernels.conversions(false);
  }
}
