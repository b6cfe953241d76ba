// AVX-512: 32 registers of 16 floats.

#include "Tables.h"

#if defined(__x86_64__)

#define LANES 16
#define BLOCK_ROWS 6
#define NAME(f) avx512_##f
#define TABLE_NAME "avx512"

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)
#include "Table.inc"
#pragma clang attribute pop

#endif
