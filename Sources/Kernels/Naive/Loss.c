// Softmax and cross-entropy: p = exp(z - max) / sum, loss = -log p[label], d loss / dz = p - onehot(label).
// logits are (classes, 16).

#include <math.h>

#include "Naive.h"

double naiveSoftmaxCrossEntropy(int32_t classes, int32_t images, const float *logits, const uint8_t *labels,
                                float scale, float *probabilities, float *dlogits, int32_t *correct) {
  double loss = 0;
  for (int image = 0; image < kKernelLanes; image++) {
    int best = 0;
    for (int k = 1; k < classes; k++)
      if (logits[k * kKernelLanes + image] > logits[best * kKernelLanes + image]) best = k;
    double maximum = logits[best * kKernelLanes + image], sum = 0;
    for (int k = 0; k < classes; k++) sum += exp(logits[k * kKernelLanes + image] - maximum);
    for (int k = 0; k < classes; k++) {
      double p = exp(logits[k * kKernelLanes + image] - maximum) / sum;
      if (probabilities) probabilities[k * kKernelLanes + image] = (float)p;
      if (dlogits)
        dlogits[k * kKernelLanes + image] = image < images ? scale * (float)(p - (k == labels[image])) : 0;
    }
    if (image >= images) continue;
    loss += log(sum) - (logits[labels[image] * kKernelLanes + image] - maximum);
    *correct += best == labels[image];
  }
  return loss;
}
