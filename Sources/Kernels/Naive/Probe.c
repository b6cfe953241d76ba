// One multiply-add after the other, each waiting for the last.

#include "Naive.h"

double naiveMultiplyAddProbe(int64_t rounds, float factor, float summand, float *result) {
  float sum = 0;
  for (int64_t round = 0; round < rounds; round++) sum = sum * factor + summand;
  *result = sum;
  return 2.0 * (double)rounds;
}
