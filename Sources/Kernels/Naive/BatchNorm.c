// Batch normalisation (Ioffe and Szegedy 2015, arXiv:1502.03167) in the four passes that Kernels.h describes.
// x and dy are (T, C, area, 16); image i of the batch is lane i % 16 of tile i / 16.

#include "Naive.h"

static size_t valueIndex(int channels, int area, int image, int channel, int place) {
  int tile = image / kKernelLanes, lane = image % kKernelLanes;
  return (((size_t)tile * channels + channel) * area + place) * kKernelLanes + lane;
}

void naiveBatchNormStatistics(int32_t channels, int32_t area, int32_t tiles, int32_t images, const float *x,
                              double *mean, double *squares) {
  for (int channel = 0; channel < channels; channel++) {
    double sum = 0, distances = 0;
    for (int image = 0; image < images; image++)
      for (int place = 0; place < area; place++) sum += x[valueIndex(channels, area, image, channel, place)];
    mean[channel] = sum / ((double)images * area);
    for (int image = 0; image < images; image++)
      for (int place = 0; place < area; place++) {
        double distance = x[valueIndex(channels, area, image, channel, place)] - mean[channel];
        distances += distance * distance;
      }
    squares[channel] = distances;
  }
}

void naiveScaleAndShift(int32_t channels, int32_t area, int32_t tiles, const float *x, const float *scale,
                        const float *shift, const float *addend, bool relu, float *y) {
  for (int channel = 0; channel < channels; channel++)
    for (int image = 0; image < tiles * kKernelLanes; image++)
      for (int place = 0; place < area; place++) {
        size_t i = valueIndex(channels, area, image, channel, place);
        float value = scale[channel] * x[i] + shift[channel] + (addend ? addend[i] : 0);
        y[i] = relu && value < 0 ? 0 : value;
      }
}

// dy behind ReLU, if there is one: 0 where its input was not positive.
static float passing(float dy, float x, int channel, const float *scale, const float *shift) {
  return !scale || scale[channel] * x + shift[channel] > 0 ? dy : 0;
}

void naiveBatchNormGradientSums(int32_t channels, int32_t area, int32_t tiles, int32_t images, const float *x,
                                const float *dy, const float *mean, const float *scale, const float *shift,
                                double *sumDy, double *sumDyX) {
  for (int channel = 0; channel < channels; channel++) {
    double sum = 0, product = 0;
    for (int image = 0; image < images; image++)
      for (int place = 0; place < area; place++) {
        size_t i = valueIndex(channels, area, image, channel, place);
        float gradient = passing(dy[i], x[i], channel, scale, shift);
        sum += gradient;
        product += gradient * (double)(x[i] - mean[channel]);
      }
    sumDy[channel] = sum;
    sumDyX[channel] = product;
  }
}

void naiveBatchNormBackward(int32_t channels, int32_t area, int32_t tiles, int32_t images, const float *x,
                            const float *dy, const float *mean, const float *scale, const float *shift,
                            const float *a, const float *b, const float *c, float *dx) {
  for (int channel = 0; channel < channels; channel++)
    for (int image = 0; image < tiles * kKernelLanes; image++)
      for (int place = 0; place < area; place++) {
        size_t i = valueIndex(channels, area, image, channel, place);
        float gradient = passing(dy[i], x[i], channel, scale, shift);
        dx[i] = image < images ? a[channel] * gradient + b[channel] * (x[i] - mean[channel]) + c[channel] : 0;
      }
}
