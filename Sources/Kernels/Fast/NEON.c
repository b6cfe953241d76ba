// NEON: 32 registers of 4 floats.

#include "Tables.h"

#if defined(__aarch64__)

#define LANES 4
#define BLOCK_ROWS 6
#define NAME(f) neon_##f
#define TABLE_NAME "neon"

#include "Table.inc"

#endif
