#ifndef METALR_PATCHES_H
#define METALR_PATCHES_H

// Patches of a 3x3 convolution with stride 2 and padding 1 over square pictures: copies of memory, the same for every
// instruction set. A picture is (side, side, channels); its patches are (half, half, padded 9 channels), half = ceil(side / 2).

#include <string.h>

#include "Kernels.h"

static inline size_t patchSize(int32_t channels) { return (size_t)(9 * channels + 15) / 16 * 16; }

static inline __attribute__((unused)) void gatherPatches(int32_t rows, int32_t side, int32_t channels, size_t stride,
                                                         const float *x, float *patches) {
  int32_t half = (side + 1) / 2;
  size_t size = patchSize(channels);
  for (int32_t r = 0; r < rows; r++)
    for (int32_t p = 0; p < half * half; p++) {
      float *patch = patches + ((size_t)r * half * half + p) * size;
      memset(patch, 0, size * sizeof(float));
      for (int32_t at = 0; at < 9; at++) {
        int32_t row = 2 * (p / half) + at / 3 - 1, column = 2 * (p % half) + at % 3 - 1;
        if (row < 0 || column < 0 || row >= side || column >= side) continue;
        memcpy(patch + at * channels, x + r * stride + (size_t)(row * side + column) * channels,
               channels * sizeof(float));
      }
    }
}

static inline __attribute__((unused)) void scatterPatches(int32_t rows, int32_t side, int32_t channels,
                                                          size_t stride, const float *patches, float *x) {
  int32_t half = (side + 1) / 2;
  size_t size = patchSize(channels);
  for (int32_t r = 0; r < rows; r++) {
    memset(x + r * stride, 0, stride * sizeof(float));
    for (int32_t p = 0; p < half * half; p++) {
      const float *patch = patches + ((size_t)r * half * half + p) * size;
      for (int32_t at = 0; at < 9; at++) {
        int32_t row = 2 * (p / half) + at / 3 - 1, column = 2 * (p % half) + at % 3 - 1;
        if (row < 0 || column < 0 || row >= side || column >= side) continue;
        float *pixel = x + r * stride + (size_t)(row * side + column) * channels;
        for (int32_t c = 0; c < channels; c++) pixel[c] += patch[at * channels + c];
      }
    }
  }
}

#endif
