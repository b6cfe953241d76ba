// Elementwise kernels.

#include "Naive.h"

// NaN stays NaN.
void naiveReluForward(size_t count, const float *x, float *y) {
  for (size_t i = 0; i < count; i++) y[i] = x[i] < 0 ? 0 : x[i];
}

// y = ReLU(x) is zero exactly where the gradient does not pass.
void naiveReluBackward(size_t count, const float *y, const float *dy, float *dx) {
  for (size_t i = 0; i < count; i++) dx[i] = y[i] > 0 ? dy[i] : 0;
}

void naiveAdd(size_t count, const float *a, const float *b, float *sum) {
  for (size_t i = 0; i < count; i++) sum[i] = a[i] + b[i];
}
