// Any processor: the vectors of 4 floats that x86-64 and AArch64 always have.

#include "Tables.h"

#define LANES 4
#define BLOCK_ROWS 3
#define NAME(f) portable_##f
#define TABLE_NAME "portable"

#include "Table.inc"
