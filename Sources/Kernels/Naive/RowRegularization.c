// Batch normalization and dropout of networks over rows. Rows times columns lie without gaps.

#include "Naive.h"

// mean[n] = mean over r of x[r][n]; variance[n] = mean over r of (x[r][n] - mean[n])^2
void naiveRowMoments(int32_t rows, int32_t columns, const float *x, float *mean, float *variance) {
  for (int32_t n = 0; n < columns; n++) {
    double sum = 0, squares = 0;
    for (int32_t r = 0; r < rows; r++) sum += x[(size_t)r * columns + n];
    for (int32_t r = 0; r < rows; r++) {
      double distance = x[(size_t)r * columns + n] - sum / rows;
      squares += distance * distance;
    }
    mean[n] = (float)(sum / rows);
    variance[n] = (float)(squares / rows);
  }
}

// y[r][n] = scale[n] x[r][n] + shift[n]
void naiveRowScaleAndShift(int32_t rows, int32_t columns, const float *x, const float *scale, const float *shift,
                           float *y) {
  for (int32_t r = 0; r < rows; r++)
    for (int32_t n = 0; n < columns; n++)
      y[(size_t)r * columns + n] = scale[n] * x[(size_t)r * columns + n] + shift[n];
}

// sums[n] = sum over r of d[r][n]; products[n] = sum over r of d[r][n] x[r][n]
void naiveRowSlopeSums(int32_t rows, int32_t columns, const float *x, const float *d, float *sums,
                       float *products) {
  for (int32_t n = 0; n < columns; n++) {
    double sum = 0, product = 0;
    for (int32_t r = 0; r < rows; r++) {
      sum += d[(size_t)r * columns + n];
      product += (double)d[(size_t)r * columns + n] * x[(size_t)r * columns + n];
    }
    sums[n] = (float)sum;
    products[n] = (float)product;
  }
}

// x is normalized: d = scale (d - sums / rows - x products / rows), the derivative by what was normalized (Ioffe and
// Szegedy 2015, section 3)
void naiveRowBatchNormBackward(int32_t rows, int32_t columns, const float *x, const float *scale,
                               const float *sums, const float *products, float *d) {
  for (int32_t r = 0; r < rows; r++)
    for (int32_t n = 0; n < columns; n++) {
      size_t at = (size_t)r * columns + n;
      d[at] = (float)(scale[n] * (d[at] - ((double)sums[n] + (double)products[n] * x[at]) / rows));
    }
}

// x[i] = 0 where a hash of seed and i is below the threshold, else scale x[i] (Srivastava et al. 2014). The hash has the
// multipliers of Wellons' lowbias32.
void naiveRowDropout(size_t count, uint32_t seed, uint32_t threshold, float scale, float *x) {
  for (size_t i = 0; i < count; i++) {
    uint32_t hash = ((uint32_t)i ^ seed) * 0x9E3779B1u;
    hash = (hash ^ hash >> 16) * 0x7FEB352Du;
    hash = (hash ^ hash >> 15) * 0x846CA68Bu;
    hash ^= hash >> 16;
    x[i] = hash < threshold ? 0 : x[i] * scale;
  }
}
