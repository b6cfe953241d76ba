// Which table an instruction set has, and which one suits this processor.

#include "Kernels.h"

#include "Fast/Tables.h"
#include "Naive/Naive.h"

#if defined(__x86_64__)

static bool hasAVX2(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool hasAVX512(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma");
}

#endif

const KernelTable *kernelTable(KernelInstructionSet instructionSet) {
  switch (instructionSet) {
    case KernelInstructionSetNaive: return &naiveKernelTable;
    case KernelInstructionSetPortable: return &portable_KernelTable;
#if defined(__x86_64__)
    case KernelInstructionSetAVX2: return hasAVX2() ? &avx2_KernelTable : NULL;
    case KernelInstructionSetAVX512: return hasAVX512() ? &avx512_KernelTable : NULL;
#elif defined(__aarch64__)
    case KernelInstructionSetNEON: return &neon_KernelTable;
#endif
    default: return NULL;
  }
}

KernelInstructionSet bestKernelInstructionSet(void) {
#if defined(__x86_64__)
  if (hasAVX512()) return KernelInstructionSetAVX512;
  if (hasAVX2()) return KernelInstructionSetAVX2;
#elif defined(__aarch64__)
  return KernelInstructionSetNEON;
#endif
  return KernelInstructionSetPortable;
}
