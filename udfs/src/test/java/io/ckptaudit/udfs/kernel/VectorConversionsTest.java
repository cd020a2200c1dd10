package io.ckptaudit.udfs.kernel;

class VectorConversionsTest extends ConversionKernelContract {

  @Override
  ConversionKernel kernel() {
    return Kernels.conversions(true);
  }
}
