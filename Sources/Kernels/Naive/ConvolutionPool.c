// Convolution, ReLU and 2x2 max pooling: the three naive kernels one after the other, through scratch.

#include "Naive.h"

static PoolShape poolShape(const ConvolutionShape *shape) {
  return (PoolShape){.channels = shape->outputChannels,
                     .inputHeight = shape->outputHeight,
                     .inputWidth = shape->outputWidth,
                     .outputHeight = shape->outputHeight / 2,
                     .outputWidth = shape->outputWidth / 2,
                     .size = 2,
                     .stride = 2,
                     .padding = 0};
}

static size_t tileCount(const PoolShape *pool) {
  return (size_t)pool->channels * pool->outputHeight * pool->outputWidth * kKernelLanes;
}

void naiveConvolutionPoolForward(const ConvolutionShape *shape, int32_t tiles, const float *packed,
                                 const float *bias, const float *x, float *y, uint8_t *argmax, float *scratch) {
  PoolShape pool = poolShape(shape);
  naiveConvolutionForward(shape, tiles, packed, bias, x, scratch, scratch);
  if (argmax) {
    naiveMaxPoolForward(&pool, tiles, scratch, y, argmax);
  } else {
    uint8_t *unused = (uint8_t *)(scratch + naiveConvolutionScratchCount(shape, tiles) / 2);
    naiveMaxPoolForward(&pool, tiles, scratch, y, unused);
  }
  naiveReluForward(tiles * tileCount(&pool), y, y);
}

void naiveConvolutionPoolBackward(const ConvolutionShape *shape, int32_t tiles, const float *packed,
                                  const float *x, const float *y, const uint8_t *argmax, const float *dy,
                                  float *dx, float *accumulator, float *scratch) {
  PoolShape pool = poolShape(shape);
  float *pooled = scratch + naiveConvolutionScratchCount(shape, tiles) / 2;
  naiveReluBackward(tiles * tileCount(&pool), y, dy, pooled);
  naiveMaxPoolBackward(&pool, tiles, pooled, argmax, scratch);
  if (dx) naiveConvolutionBackwardInput(shape, tiles, packed, scratch, NULL, dx, pooled);
  naiveConvolutionBackwardWeights(shape, tiles, x, scratch, accumulator, pooled);
}
