// Compares the kernels of one instruction set with the naive ones at odd shapes: for processors that are emulated, where
// the Swift tests cannot run. Ends with status 1 when a result is further from the naive one than 1e-5 of its greatest.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "Kernels.h"

static uint64_t state = 88172645463325252u;

static float uniform(void) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return (float)(state >> 40) / (1 << 23) - 1;
}

static void *zeros(size_t count) {
  size_t bytes = (count * sizeof(float) + 63) / 64 * 64;
  void *memory = aligned_alloc(64, bytes ? bytes : 64);
  memset(memory, 0, bytes);
  return memory;
}

static float *numbers(size_t count) {
  float *values = zeros(count);
  for (size_t i = 0; i < count; i++) values[i] = uniform();
  return values;
}

static int failures = 0;

static void expectClose(const char *what, size_t count, const float *fast, const float *naive) {
  double distance = 0, greatest = 1e-30;
  for (size_t i = 0; i < count; i++) {
    if (!(fabs((double)fast[i] - naive[i]) <= distance)) distance = fabs((double)fast[i] - naive[i]);
    if (fabs((double)naive[i]) > greatest) greatest = fabs((double)naive[i]);
  }
  bool close = distance <= 1e-5 * greatest;
  printf("  %-24s %.1e%s\n", what, distance / greatest, close ? "" : "  TOO FAR");
  failures += !close;
}

typedef struct {
  float *y, *dx, *weights, *bias;
} Results;

static Results convolve(const KernelTable *table, ConvolutionShape s, int tiles, bool pooled) {
  state = 1234567;
  size_t height = pooled ? s.outputHeight / 2 : s.outputHeight, width = pooled ? s.outputWidth / 2 : s.outputWidth;
  size_t weightCount = (size_t)s.outputChannels * s.inputChannels * s.kernelHeight * s.kernelWidth;
  size_t inputCount = (size_t)tiles * s.inputChannels * s.inputHeight * s.inputWidth * 16;
  size_t outputCount = tiles * s.outputChannels * height * width * 16;
  float *weights = numbers(weightCount), *bias = numbers(s.outputChannels), *x = numbers(inputCount);
  float *dy = numbers(outputCount), *scratch = zeros(table->convolutionScratchCount(&s, tiles));
  uint8_t *argmax = zeros(outputCount / 4 + 1);
  Results r = {zeros(outputCount), zeros(inputCount), zeros(weightCount), zeros(s.outputChannels)};
  if (pooled) {
    float *packed = zeros(table->convolutionPoolPackedCount(&s)), *sums = zeros(table->convolutionPoolGradientCount(&s));
    table->convolutionPoolPack(&s, weights, packed);
    table->convolutionPoolForward(&s, tiles, packed, bias, x, r.y, argmax, scratch);
    table->convolutionPoolBackward(&s, tiles, packed, x, r.y, argmax, dy, r.dx, sums, scratch);
    table->convolutionPoolFinishGradient(&s, sums, r.weights, r.bias);
  } else {
    float *packed = zeros(table->convolutionPackedCount(&s)), *sums = zeros(table->convolutionGradientCount(&s));
    table->convolutionPack(&s, weights, packed);
    table->convolutionForward(&s, tiles, packed, s.hasBias ? bias : NULL, x, r.y, scratch);
    table->convolutionBackwardInput(&s, tiles, packed, dy, x, r.dx, scratch);
    table->convolutionBackwardWeights(&s, tiles, x, dy, sums, scratch);
    table->convolutionFinishGradient(&s, sums, r.weights, s.hasBias ? r.bias : NULL);
  }
  return r;
}

static void compareConvolution(const KernelTable *fast, const KernelTable *naive, ConvolutionShape s, int tiles) {
  for (int pooled = 0; pooled < 2; pooled++) {
    int height = pooled ? s.outputHeight / 2 : s.outputHeight, width = pooled ? s.outputWidth / 2 : s.outputWidth;
    if (height * width == 0 || (pooled && !s.hasBias)) continue;
    printf("convolution%s %d to %d channels, %dx%d, kernel %dx%d, stride %d, padding %d%s\n", pooled ? " and pooling" : "",
           s.inputChannels, s.outputChannels, s.inputHeight, s.inputWidth, s.kernelHeight, s.kernelWidth, s.stride,
           s.padding, s.hasBias ? "" : ", no bias");
    Results a = convolve(fast, s, tiles, pooled), b = convolve(naive, s, tiles, pooled);
    expectClose("y", (size_t)tiles * s.outputChannels * height * width * 16, a.y, b.y);
    expectClose("dx", (size_t)tiles * s.inputChannels * s.inputHeight * s.inputWidth * 16, a.dx, b.dx);
    expectClose("weights", (size_t)s.outputChannels * s.inputChannels * s.kernelHeight * s.kernelWidth, a.weights,
                b.weights);
    expectClose("bias", s.outputChannels, a.bias, b.bias);
  }
}

static Results connect(const KernelTable *table, DenseShape s, int tiles) {
  state = 7654321;
  size_t weightCount = (size_t)s.inputs * s.outputs, in = (size_t)tiles * s.inputs * 16, out = (size_t)tiles * s.outputs * 16;
  float *weights = numbers(weightCount), *bias = numbers(s.outputs), *x = numbers(in), *dy = numbers(out);
  float *packed = zeros(table->densePackedCount(&s)), *scratch = zeros(table->denseScratchCount(&s, tiles));
  float *sums = zeros(table->denseGradientCount(&s));
  Results r = {zeros(out), zeros(in), zeros(weightCount), zeros(s.outputs)};
  table->densePack(&s, weights, packed);
  table->denseForward(&s, tiles, packed, bias, x, r.y, scratch);
  table->denseBackwardInput(&s, tiles, packed, dy, r.dx, scratch);
  table->denseBackwardWeights(&s, tiles, x, dy, sums, scratch);
  table->denseFinishGradient(&s, sums, r.weights, r.bias);
  return r;
}

static float *normalise(const KernelTable *table, int channels, int area, int images, bool relu, size_t count) {
  state = 24681357;
  int tiles = (images + 15) / 16;
  double mean[8], squares[8], sums[8], products[8];
  float means[8], *x = numbers(count), *dy = numbers(count), *scale = numbers(8), *shift = numbers(8);
  float *out = zeros(2 * count);
  table->batchNormStatistics(channels, area, tiles, images, x, mean, squares);
  for (int c = 0; c < channels; c++) means[c] = (float)mean[c];
  table->scaleAndShift(channels, area, tiles, x, scale, shift, relu ? NULL : dy, relu, out);
  table->batchNormGradientSums(channels, area, tiles, images, x, dy, means, relu ? scale : NULL, relu ? shift : NULL,
                               sums, products);
  float a[8], b[8], c[8];
  for (int i = 0; i < channels; i++)
    a[i] = (float)squares[i] / 100, b[i] = (float)products[i] / 100, c[i] = (float)sums[i] / 100;
  table->batchNormBackward(channels, area, tiles, images, x, dy, means, relu ? scale : NULL, relu ? shift : NULL, a, b,
                           c, out + count);
  return out;
}

int main(int count, char **arguments) {
  const KernelTable *fast = kernelTable(count > 1 ? (KernelInstructionSet)atoi(arguments[1]) : bestKernelInstructionSet());
  const KernelTable *naive = kernelTable(KernelInstructionSetNaive);
  if (!fast) return 2;
  printf("%s against naive\n", fast->name);
  const ConvolutionShape shapes[] = {
      {1, 1, 1, 1, 1, 1, 1, 1, 1, 0, true},      {1, 12, 12, 6, 12, 12, 5, 5, 1, 2, true},
      {6, 9, 11, 16, 5, 7, 5, 5, 1, 0, true},    {6, 14, 14, 16, 10, 10, 5, 5, 1, 0, true},
      {7, 12, 13, 13, 12, 11, 3, 5, 1, 1, true}, {40, 6, 8, 41, 6, 8, 5, 5, 1, 2, true},
      {2, 8, 9, 5, 4, 5, 3, 3, 2, 1, false},     {5, 8, 6, 8, 4, 3, 1, 1, 2, 0, false},
      {17, 6, 6, 19, 6, 6, 3, 3, 1, 1, false},   {16, 9, 14, 21, 9, 14, 3, 3, 1, 1, false},
      {40, 3, 8, 16, 3, 8, 3, 3, 1, 1, true},    {7, 5, 8, 3, 7, 12, 5, 3, 1, 3, true}};
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) compareConvolution(fast, naive, shapes[i], 3);
  const DenseShape layers[] = {{1, 1}, {17, 13}, {400, 33}};
  for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
    printf("dense %d to %d\n", layers[i].inputs, layers[i].outputs);
    Results a = connect(fast, layers[i], 3), b = connect(naive, layers[i], 3);
    expectClose("y", (size_t)3 * layers[i].outputs * 16, a.y, b.y);
    expectClose("dx", (size_t)3 * layers[i].inputs * 16, a.dx, b.dx);
    expectClose("weights", (size_t)layers[i].inputs * layers[i].outputs, a.weights, b.weights);
    expectClose("bias", layers[i].outputs, a.bias, b.bias);
  }
  for (int relu = 0; relu < 2; relu++) {
    printf("normalisation%s\n", relu ? " and ReLU" : " and addition");
    size_t values = (size_t)3 * 5 * 7 * 16;
    float *a = normalise(fast, 5, 7, 40, relu, values), *b = normalise(naive, 5, 7, 40, relu, values);
    expectClose("y", values, a, b);
    expectClose("dx", values, a + values, b + values);
  }
  printf("%d too far\n", failures);
  return failures != 0;
}
