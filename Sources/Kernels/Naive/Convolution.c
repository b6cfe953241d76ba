// Convolution: y[k,p,q] = bias[k] + sum over c, r, s of w[k,c,r,s] x[c, p stride + r - padding, q stride + s - padding].

#include <string.h>

#include "Naive.h"

static size_t weightCount(const ConvolutionShape *shape) {
  return (size_t)shape->outputChannels * shape->inputChannels * shape->kernelHeight * shape->kernelWidth;
}

// Packed weights are the weights themselves, and the accumulator is the gradient of (weights, bias).
size_t naiveConvolutionPackedCount(const ConvolutionShape *shape) { return weightCount(shape); }

size_t naiveConvolutionScratchCount(const ConvolutionShape *shape, int32_t tiles) {
  // The unpooled activation and its gradient, for the fused entries.
  size_t area = (size_t)shape->outputHeight * shape->outputWidth;
  return 2 * (size_t)tiles * shape->outputChannels * area * kKernelLanes;
}

size_t naiveConvolutionGradientCount(const ConvolutionShape *shape) {
  return weightCount(shape) + (size_t)shape->outputChannels;
}

void naiveConvolutionPack(const ConvolutionShape *shape, const float *weights, float *packed) {
  memcpy(packed, weights, weightCount(shape) * sizeof(float));
}

// Where an element lies; x is (T, C, H, W, 16), y is (T, K, P, Q, 16), weights are (K, C, R, S).
static size_t inputIndex(const ConvolutionShape *shape, int t, int c, int h, int w) {
  return ((((size_t)t * shape->inputChannels + c) * shape->inputHeight + h) * shape->inputWidth + w) *
         kKernelLanes;
}

static size_t outputIndex(const ConvolutionShape *shape, int t, int k, int p, int q) {
  return ((((size_t)t * shape->outputChannels + k) * shape->outputHeight + p) * shape->outputWidth + q) *
         kKernelLanes;
}

static size_t weightIndex(const ConvolutionShape *shape, int k, int c, int r, int s) {
  return (((size_t)k * shape->inputChannels + c) * shape->kernelHeight + r) * shape->kernelWidth + s;
}

static int isInside(int position, int size) { return position >= 0 && position < size; }

void naiveConvolutionForward(const ConvolutionShape *shape, int32_t tiles, const float *packed,
                             const float *bias, const float *x, float *y, float *scratch) {
  for (int t = 0; t < tiles; t++)
    for (int k = 0; k < shape->outputChannels; k++)
      for (int p = 0; p < shape->outputHeight; p++)
        for (int q = 0; q < shape->outputWidth; q++) {
          float *output = y + outputIndex(shape, t, k, p, q);
          for (int image = 0; image < kKernelLanes; image++) output[image] = bias ? bias[k] : 0;
          for (int c = 0; c < shape->inputChannels; c++)
            for (int r = 0; r < shape->kernelHeight; r++)
              for (int s = 0; s < shape->kernelWidth; s++) {
                int h = p * shape->stride + r - shape->padding, w = q * shape->stride + s - shape->padding;
                if (!isInside(h, shape->inputHeight) || !isInside(w, shape->inputWidth)) continue;
                float weight = packed[weightIndex(shape, k, c, r, s)];
                const float *input = x + inputIndex(shape, t, c, h, w);
                for (int image = 0; image < kKernelLanes; image++) output[image] += weight * input[image];
              }
        }
}

void naiveConvolutionBackwardInput(const ConvolutionShape *shape, int32_t tiles, const float *packed,
                                   const float *dy, const float *addend, float *dx, float *scratch) {
  size_t bytes = inputIndex(shape, tiles, 0, 0, 0) * sizeof(float);
  if (addend)
    memmove(dx, addend, bytes);
  else
    memset(dx, 0, bytes);
  for (int t = 0; t < tiles; t++)
    for (int k = 0; k < shape->outputChannels; k++)
      for (int p = 0; p < shape->outputHeight; p++)
        for (int q = 0; q < shape->outputWidth; q++)
          for (int c = 0; c < shape->inputChannels; c++)
            for (int r = 0; r < shape->kernelHeight; r++)
              for (int s = 0; s < shape->kernelWidth; s++) {
                int h = p * shape->stride + r - shape->padding, w = q * shape->stride + s - shape->padding;
                if (!isInside(h, shape->inputHeight) || !isInside(w, shape->inputWidth)) continue;
                float weight = packed[weightIndex(shape, k, c, r, s)];
                const float *output = dy + outputIndex(shape, t, k, p, q);
                float *input = dx + inputIndex(shape, t, c, h, w);
                for (int image = 0; image < kKernelLanes; image++) input[image] += weight * output[image];
              }
}

void naiveConvolutionBackwardWeights(const ConvolutionShape *shape, int32_t tiles, const float *x,
                                     const float *dy, float *accumulator, float *scratch) {
  float *biasGradient = accumulator + weightCount(shape);
  for (int t = 0; t < tiles; t++)
    for (int k = 0; k < shape->outputChannels; k++)
      for (int p = 0; p < shape->outputHeight; p++)
        for (int q = 0; q < shape->outputWidth; q++) {
          const float *output = dy + outputIndex(shape, t, k, p, q);
          for (int image = 0; image < kKernelLanes; image++) biasGradient[k] += output[image];
          for (int c = 0; c < shape->inputChannels; c++)
            for (int r = 0; r < shape->kernelHeight; r++)
              for (int s = 0; s < shape->kernelWidth; s++) {
                int h = p * shape->stride + r - shape->padding, w = q * shape->stride + s - shape->padding;
                if (!isInside(h, shape->inputHeight) || !isInside(w, shape->inputWidth)) continue;
                const float *input = x + inputIndex(shape, t, c, h, w);
                float sum = 0;
                for (int image = 0; image < kKernelLanes; image++) sum += output[image] * input[image];
                accumulator[weightIndex(shape, k, c, r, s)] += sum;
              }
        }
}

void naiveConvolutionFinishGradient(const ConvolutionShape *shape, const float *accumulator,
                                    float *weightGradient, float *biasGradient) {
  memcpy(weightGradient, accumulator, weightCount(shape) * sizeof(float));
  if (biasGradient)
    memcpy(biasGradient, accumulator + weightCount(shape), (size_t)shape->outputChannels * sizeof(float));
}
