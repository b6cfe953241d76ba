// Which table an instruction set has, and which one suits this processor.

#include "Kernels.h"

#include "Naive/Naive.h"

const KernelTable *kernelTable(KernelInstructionSet instructionSet) {
  switch (instructionSet) {
    case KernelInstructionSetNaive: return &naiveKernelTable;
    default: return NULL;
  }
}

KernelInstructionSet bestKernelInstructionSet(void) { return KernelInstructionSetNaive; }
