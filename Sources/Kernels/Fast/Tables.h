// The tables of the fast kernels, and what their sources include.

#ifndef METALR_TABLES_H
#define METALR_TABLES_H

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "../Patches.h"
#include "Kernels.h"

extern const KernelTable portable_KernelTable;
#if defined(__x86_64__)
extern const KernelTable avx2_KernelTable;
extern const KernelTable avx512_KernelTable;
#elif defined(__aarch64__)
extern const KernelTable neon_KernelTable;
#endif

#endif
