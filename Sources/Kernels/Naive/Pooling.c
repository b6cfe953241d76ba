// Pooling over windows of size x size; x is (T, C, H, W, 16), y is (T, C, P, Q, 16).

#include <math.h>
#include <string.h>

#include "Naive.h"

static size_t inputIndex(const PoolShape *shape, int plane, int h, int w) {
  return (((size_t)plane * shape->inputHeight + h) * shape->inputWidth + w) * kKernelLanes;
}

static size_t outputIndex(const PoolShape *shape, int plane, int p, int q) {
  return (((size_t)plane * shape->outputHeight + p) * shape->outputWidth + q) * kKernelLanes;
}

static int isInside(int position, int size) { return position >= 0 && position < size; }

// The maximum ignores padding; NaN wins over everything, as in PyTorch.
void naiveMaxPoolForward(const PoolShape *shape, int32_t tiles, const float *x, float *y, uint8_t *argmax) {
  for (int plane = 0; plane < tiles * shape->channels; plane++)
    for (int p = 0; p < shape->outputHeight; p++)
      for (int q = 0; q < shape->outputWidth; q++)
        for (int image = 0; image < kKernelLanes; image++) {
          float best = -INFINITY;
          int place = 0;
          for (int r = 0, found = 0; r < shape->size; r++)
            for (int s = 0; s < shape->size; s++) {
              int h = p * shape->stride + r - shape->padding, w = q * shape->stride + s - shape->padding;
              if (!isInside(h, shape->inputHeight) || !isInside(w, shape->inputWidth)) continue;
              float value = x[inputIndex(shape, plane, h, w) + image];
              if (found && !(value > best) && !(value != value && best == best)) continue;
              found = 1;
              best = value;
              place = r * shape->size + s;
            }
          y[outputIndex(shape, plane, p, q) + image] = best;
          argmax[outputIndex(shape, plane, p, q) + image] = (uint8_t)place;
        }
}

void naiveMaxPoolBackward(const PoolShape *shape, int32_t tiles, const float *dy, const uint8_t *argmax,
                          float *dx) {
  memset(dx, 0, inputIndex(shape, tiles * shape->channels, 0, 0) * sizeof(float));
  for (int plane = 0; plane < tiles * shape->channels; plane++)
    for (int p = 0; p < shape->outputHeight; p++)
      for (int q = 0; q < shape->outputWidth; q++)
        for (int image = 0; image < kKernelLanes; image++) {
          size_t output = outputIndex(shape, plane, p, q) + image;
          int h = p * shape->stride + argmax[output] / shape->size - shape->padding;
          int w = q * shape->stride + argmax[output] % shape->size - shape->padding;
          dx[inputIndex(shape, plane, h, w) + image] += dy[output];
        }
}

void naiveAveragePoolForward(const PoolShape *shape, int32_t tiles, const float *x, float *y) {
  for (int plane = 0; plane < tiles * shape->channels; plane++)
    for (int p = 0; p < shape->outputHeight; p++)
      for (int q = 0; q < shape->outputWidth; q++)
        for (int image = 0; image < kKernelLanes; image++) {
          float sum = 0;
          for (int r = 0; r < shape->size; r++)
            for (int s = 0; s < shape->size; s++) {
              int h = p * shape->stride + r - shape->padding, w = q * shape->stride + s - shape->padding;
              if (!isInside(h, shape->inputHeight) || !isInside(w, shape->inputWidth)) continue;
              sum += x[inputIndex(shape, plane, h, w) + image];
            }
          y[outputIndex(shape, plane, p, q) + image] = sum / (float)(shape->size * shape->size);
        }
}

void naiveAveragePoolBackward(const PoolShape *shape, int32_t tiles, const float *dy, float *dx) {
  memset(dx, 0, inputIndex(shape, tiles * shape->channels, 0, 0) * sizeof(float));
  for (int plane = 0; plane < tiles * shape->channels; plane++)
    for (int p = 0; p < shape->outputHeight; p++)
      for (int q = 0; q < shape->outputWidth; q++)
        for (int r = 0; r < shape->size; r++)
          for (int s = 0; s < shape->size; s++) {
            int h = p * shape->stride + r - shape->padding, w = q * shape->stride + s - shape->padding;
            if (!isInside(h, shape->inputHeight) || !isInside(w, shape->inputWidth)) continue;
            for (int image = 0; image < kKernelLanes; image++)
              dx[inputIndex(shape, plane, h, w) + image] +=
                  dy[outputIndex(shape, plane, p, q) + image] / (float)(shape->size * shape->size);
          }
}
