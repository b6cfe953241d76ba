// Gated recurrent units.

#include <math.h>

#include "Naive.h"

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

// r = sigmoid(gi_r + gh_r); z = sigmoid(gi_z + gh_z); n = tanh(gi_n + r gh_n); h = (1 - z) n + z previous
void naiveGruForward(int32_t rows, int32_t units, const float *gi, const float *gh, const float *previous,
                     float *gates, float *h) {
  for (int32_t row = 0; row < rows; row++)
    for (int32_t u = 0; u < units; u++) {
      size_t at = (size_t)row * 3 * units + u, unit = (size_t)row * units + u;
      double r = sigmoid((double)gi[at] + gh[at]), z = sigmoid((double)gi[at + units] + gh[at + units]);
      double n = tanh(gi[at + 2 * units] + r * gh[at + 2 * units]);
      gates[at] = (float)r;
      gates[at + units] = (float)z;
      gates[at + 2 * units] = (float)n;
      h[unit] = (float)((1 - z) * n + z * previous[unit]);
    }
}

// dn = dh (1 - z) (1 - n^2); dz = dh (previous - n) z (1 - z); dr = dn gh_n r (1 - r); dh becomes dh z
void naiveGruBackward(int32_t rows, int32_t units, const float *gates, const float *gh, const float *previous,
                      float *dh, float *dgi, float *dgh) {
  for (int32_t row = 0; row < rows; row++)
    for (int32_t u = 0; u < units; u++) {
      size_t at = (size_t)row * 3 * units + u, unit = (size_t)row * units + u;
      double r = gates[at], z = gates[at + units], n = gates[at + 2 * units], d = dh[unit];
      double dn = d * (1 - z) * (1 - n * n), dz = d * (previous[unit] - n) * z * (1 - z);
      double dr = dn * gh[at + 2 * units] * r * (1 - r);
      dgi[at] = dgh[at] = (float)dr;
      dgi[at + units] = dgh[at + units] = (float)dz;
      dgi[at + 2 * units] = (float)dn;
      dgh[at + 2 * units] = (float)(dn * r);
      dh[unit] = (float)(d * z);
    }
}
