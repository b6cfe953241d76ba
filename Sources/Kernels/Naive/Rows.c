// Networks of rows: one example a row. Columns are padded with zeros to a multiple of 16.

#include <math.h>
#include <string.h>

#include "Naive.h"

// c[r][n] = bias[n] + sum over k of a[r aRow + k aInner] b[k bRow + n]; aRow or aInner is 1.
void naiveRowProduct(int32_t rows, int32_t columns, int32_t inner, const float *a, size_t aRow, size_t aInner,
                     const float *b, size_t bRow, const float *bias, float *c, size_t cRow) {
  for (int32_t r = 0; r < rows; r++)
    for (int32_t n = 0; n < columns; n++) {
      double sum = bias ? bias[n] : 0;
      for (int32_t k = 0; k < inner; k++) sum += (double)a[r * aRow + k * aInner] * b[k * bRow + n];
      c[r * cRow + n] = (float)sum;
    }
}

// y[n][r] = x[r][n]
void naiveRowTranspose(int32_t rows, int32_t columns, const float *x, float *y) {
  for (int32_t r = 0; r < rows; r++)
    for (int32_t n = 0; n < columns; n++) y[(size_t)n * rows + r] = x[(size_t)r * columns + n];
}

// sums[n] = sum over r of x[r][n]
void naiveRowSums(int32_t rows, int32_t columns, const float *x, float *sums) {
  for (int32_t n = 0; n < columns; n++) {
    double sum = 0;
    for (int32_t r = 0; r < rows; r++) sum += x[(size_t)r * columns + n];
    sums[n] = (float)sum;
  }
}

// The gelu is x sigmoid(1.702 x), the approximation of Hendrycks and Gimpel 2016, arXiv:1606.08415, section 2.
void naiveRowActivate(int32_t activation, size_t count, const float *z, float *y) {
  for (size_t i = 0; i < count; i++) {
    double x = z[i];
    if (activation == kActivationRelu) y[i] = x < 0 ? 0 : z[i];
    if (activation == kActivationTanh) y[i] = (float)tanh(x);
    if (activation == kActivationGelu) y[i] = (float)(x / (1 + exp(-1.702 * x)));
  }
}

// d, the derivative by y, becomes that by z.
void naiveRowActivateBackward(int32_t activation, size_t count, const float *z, float *d) {
  for (size_t i = 0; i < count; i++) {
    double x = z[i];
    if (activation == kActivationRelu) d[i] = x > 0 ? d[i] : 0;
    if (activation == kActivationTanh) d[i] *= (float)(1 - tanh(x) * tanh(x));
    if (activation == kActivationGelu) {
      double s = 1 / (1 + exp(-1.702 * x));
      d[i] *= (float)(s + 1.702 * x * s * (1 - s));
    }
  }
}

// Layer normalisation (Ba et al. 2016) without gain and bias: each row to mean 0 and variance 1.
//   scale = 1 / sqrt(variance + 1e-5); x = (x - mean) scale
void naiveRowNormalize(int32_t rows, int32_t columns, int32_t stride, float *x, float *scales) {
  for (int32_t r = 0; r < rows; r++) {
    float *row = x + (size_t)r * stride;
    double sum = 0, squares = 0;
    for (int32_t n = 0; n < columns; n++) sum += row[n];
    double mean = sum / columns;
    for (int32_t n = 0; n < columns; n++) squares += (row[n] - mean) * (row[n] - mean);
    scales[r] = (float)(1 / sqrt(squares / columns + 1e-5));
    for (int32_t n = 0; n < stride; n++) row[n] = n < columns ? (float)(row[n] - mean) * scales[r] : 0;
  }
}

// d = scale (d - mean of d - y mean of (d y))
void naiveRowNormalizeBackward(int32_t rows, int32_t columns, int32_t stride, const float *y, const float *scales,
                               float *d) {
  for (int32_t r = 0; r < rows; r++) {
    const float *row = y + (size_t)r * stride;
    float *slope = d + (size_t)r * stride;
    double sum = 0, product = 0;
    for (int32_t n = 0; n < columns; n++) {
      sum += slope[n];
      product += (double)slope[n] * row[n];
    }
    for (int32_t n = 0; n < stride; n++)
      slope[n] = n < columns ? (float)((slope[n] - sum / columns - row[n] * product / columns) * scales[r]) : 0;
  }
}

// The sum of the losses -log p[label]; logits become scale (p - onehot), or something
// without a meaning where scale is 0.
double naiveRowSoftmaxCrossEntropy(int32_t rows, int32_t classes, int32_t stride, float *logits,
                                   const int32_t *labels, float scale, float *probabilities, int32_t *correct) {
  double loss = 0;
  for (int32_t r = 0; r < rows; r++) {
    float *row = logits + (size_t)r * stride;
    int32_t best = 0;
    for (int32_t k = 1; k < classes; k++)
      if (row[k] > row[best]) best = k;
    if (correct) *correct += best == labels[r];
    double maximum = row[best], sum = 0;
    for (int32_t k = 0; k < classes; k++) sum += exp(row[k] - maximum);
    loss += log(sum) - (row[labels[r]] - maximum);
    for (int32_t k = 0; k < stride; k++) {
      double p = k < classes ? exp(row[k] - maximum) / sum : 0;
      if (probabilities) probabilities[(size_t)r * stride + k] = (float)p;
      row[k] = scale * (float)(p - (k == labels[r]));
    }
  }
  return loss;
}

// The update is u = after - before. Sums of g g, g (last g), u u, u (last u), g u; g and u become the last ones,
// and before becomes after.
void naiveStepSums(size_t count, float *before, const float *after, const float *gradient,
                   float *lastGradient, float *lastUpdate, double sums[5]) {
  for (int s = 0; s < 5; s++) sums[s] = 0;
  for (size_t i = 0; i < count; i++) {
    double g = gradient[i], u = after[i] - before[i];
    sums[0] += g * g;
    sums[1] += g * lastGradient[i];
    sums[2] += u * u;
    sums[3] += u * lastUpdate[i];
    sums[4] += g * u;
    before[i] = after[i];
    lastGradient[i] = (float)g;
    lastUpdate[i] = (float)u;
  }
}

// Sums of x x, y y, x y.
void naivePairSums(size_t count, const float *x, const float *y, double sums[3]) {
  for (int s = 0; s < 3; s++) sums[s] = 0;
  for (size_t i = 0; i < count; i++) {
    sums[0] += (double)x[i] * x[i];
    sums[1] += (double)y[i] * y[i];
    sums[2] += (double)x[i] * y[i];
  }
}

// Sums of x - y and (x - y)^2; y may be null, for 0.
void naiveDifferenceSums(size_t count, const float *x, const float *y, double *sums) {
  sums[0] = sums[1] = 0;
  for (size_t i = 0; i < count; i++) {
    double difference = (double)x[i] - (y ? y[i] : 0);
    sums[0] += difference;
    sums[1] += difference * difference;
  }
}

// sum of (x - y)^2
double naiveSquaredDistance(size_t count, const float *x, const float *y) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += ((double)x[i] - y[i]) * ((double)x[i] - y[i]);
  return sum;
}

void naiveRowPatches(int32_t rows, int32_t side, int32_t channels, size_t stride, const float *x, float *patches) {
  gatherPatches(rows, side, channels, stride, x, patches);
}

void naiveRowPatchesBackward(int32_t rows, int32_t side, int32_t channels, size_t stride, const float *patches,
                             float *x) {
  scatterPatches(rows, side, channels, stride, patches, x);
}
