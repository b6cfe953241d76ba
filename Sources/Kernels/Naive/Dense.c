// Dense layer: y[o] = bias[o] + sum over i of w[o,i] x[i]; x is (T, inputs, 16), y is (T, outputs, 16).

#include <string.h>

#include "Naive.h"

static size_t weightCount(const DenseShape *shape) { return (size_t)shape->outputs * shape->inputs; }

// Packed weights are the weights themselves, and the accumulator is the gradient of (weights, bias).
size_t naiveDensePackedCount(const DenseShape *shape) { return weightCount(shape); }

size_t naiveDenseScratchCount(const DenseShape *shape, int32_t tiles) { return 0; }

size_t naiveDenseGradientCount(const DenseShape *shape) { return weightCount(shape) + (size_t)shape->outputs; }

void naiveDensePack(const DenseShape *shape, const float *weights, float *packed) {
  memcpy(packed, weights, weightCount(shape) * sizeof(float));
}

void naiveDenseForward(const DenseShape *shape, int32_t tiles, const float *packed, const float *bias,
                       const float *x, float *y, float *scratch) {
  for (int t = 0; t < tiles; t++)
    for (int o = 0; o < shape->outputs; o++) {
      float *output = y + ((size_t)t * shape->outputs + o) * kKernelLanes;
      for (int image = 0; image < kKernelLanes; image++) output[image] = bias ? bias[o] : 0;
      for (int i = 0; i < shape->inputs; i++) {
        const float *input = x + ((size_t)t * shape->inputs + i) * kKernelLanes;
        float weight = packed[(size_t)o * shape->inputs + i];
        for (int image = 0; image < kKernelLanes; image++) output[image] += weight * input[image];
      }
    }
}

void naiveDenseBackwardInput(const DenseShape *shape, int32_t tiles, const float *packed, const float *dy,
                             float *dx, float *scratch) {
  for (int t = 0; t < tiles; t++)
    for (int i = 0; i < shape->inputs; i++) {
      float *input = dx + ((size_t)t * shape->inputs + i) * kKernelLanes;
      for (int image = 0; image < kKernelLanes; image++) input[image] = 0;
      for (int o = 0; o < shape->outputs; o++) {
        const float *output = dy + ((size_t)t * shape->outputs + o) * kKernelLanes;
        float weight = packed[(size_t)o * shape->inputs + i];
        for (int image = 0; image < kKernelLanes; image++) input[image] += weight * output[image];
      }
    }
}

void naiveDenseBackwardWeights(const DenseShape *shape, int32_t tiles, const float *x, const float *dy,
                               float *accumulator, float *scratch) {
  float *biasGradient = accumulator + weightCount(shape);
  for (int t = 0; t < tiles; t++)
    for (int o = 0; o < shape->outputs; o++) {
      const float *output = dy + ((size_t)t * shape->outputs + o) * kKernelLanes;
      for (int image = 0; image < kKernelLanes; image++) biasGradient[o] += output[image];
      for (int i = 0; i < shape->inputs; i++) {
        const float *input = x + ((size_t)t * shape->inputs + i) * kKernelLanes;
        float sum = 0;
        for (int image = 0; image < kKernelLanes; image++) sum += output[image] * input[image];
        accumulator[(size_t)o * shape->inputs + i] += sum;
      }
    }
}

void naiveDenseFinishGradient(const DenseShape *shape, const float *accumulator, float *weightGradient,
                              float *biasGradient) {
  memcpy(weightGradient, accumulator, weightCount(shape) * sizeof(float));
  if (biasGradient) memcpy(biasGradient, accumulator + weightCount(shape), (size_t)shape->outputs * sizeof(float));
}
