// Images of bytes to one tile; pixels are (image, C, area), y is (C, area, 16).

#include "Naive.h"

void naiveGatherTile(int32_t channels, int32_t area, int32_t images, const uint8_t *pixels,
                     const int32_t *indices, const float *scale, const float *shift, float *y) {
  for (int channel = 0; channel < channels; channel++)
    for (int place = 0; place < area; place++)
      for (int image = 0; image < kKernelLanes; image++) {
        float *output = y + ((size_t)channel * area + place) * kKernelLanes + image;
        if (image >= images) {
          *output = 0;
          continue;
        }
        uint8_t pixel = pixels[((size_t)indices[image] * channels + channel) * area + place];
        *output = scale[channel] * (float)pixel + shift[channel];
      }
}
