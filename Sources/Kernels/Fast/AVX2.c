// AVX2 with fused multiply-add: 16 registers of 8 floats.

#include "Tables.h"

#if defined(__x86_64__)

#define LANES 8
#define BLOCK_ROWS 3
#define NAME(f) avx2_##f
#define TABLE_NAME "avx2"

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "Table.inc"
#pragma clang attribute pop

#endif
