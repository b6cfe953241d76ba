#ifndef METALR_KERNELS_H
#define METALR_KERNELS_H

// The kernels that train a network, one table of functions for each instruction set.
//
// Legend
//   T  tiles; a tile is 16 images, which lie in the lanes of a register (the last axis of every activation)
//   C  channels in     K  channels out
//   H, W  height and width in      P, Q  height and width out      R, S  height and width of the kernel
//   An activation is (T, C, H, W, 16). Weights are (K, C, R, S) or (out, in), as PyTorch lays them out.
//
// Every pointer to floats is aligned to 64 bytes, except weights, biases and their gradients.
// Kernels that take `tiles` are fastest with about four tiles a call: they load weights once for all of them.
// The tables differ in speed only; `naive` is the readable twin, and the oracle of the others in tests.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

enum { kKernelLanes = 16 };

typedef struct {
  int32_t inputChannels, inputHeight, inputWidth;
  int32_t outputChannels, outputHeight, outputWidth;
  int32_t kernelHeight, kernelWidth, stride, padding;
  bool hasBias;
} ConvolutionShape;

typedef struct {
  int32_t inputs, outputs;
} DenseShape;

typedef struct {
  int32_t channels, inputHeight, inputWidth, outputHeight, outputWidth;
  int32_t size, stride, padding;
} PoolShape;

// Activations of networks of rows.
enum { kActivationRelu = 0, kActivationTanh = 1, kActivationGelu = 2 };

typedef struct KernelTable {
  const char *name;

  // Convolution (cross-correlation, zero padding). `packed` holds the weights in the order the kernels read
  // them, made once a step. Gradients of the weights are summed over calls into `accumulator`, which starts as
  // zeros and whose layout is the table's own, then `finish` writes them in the weights' layout.
  // Counts are in floats. `scratch` is the caller's, one a thread.
  size_t (*_Nonnull convolutionPackedCount)(const ConvolutionShape *shape);
  size_t (*_Nonnull convolutionScratchCount)(const ConvolutionShape *shape, int32_t tiles);
  size_t (*_Nonnull convolutionGradientCount)(const ConvolutionShape *shape);
  void (*_Nonnull convolutionPack)(const ConvolutionShape *shape, const float *weights, float *packed);
  void (*_Nonnull convolutionForward)(const ConvolutionShape *shape, int32_t tiles, const float *packed,
                                      const float *_Nullable bias, const float *x, float *y, float *scratch);
  // dx = the gradient, plus the addend if there is one, which may be dx itself.
  void (*_Nonnull convolutionBackwardInput)(const ConvolutionShape *shape, int32_t tiles, const float *packed,
                                            const float *dy, const float *_Nullable addend, float *dx,
                                            float *scratch);
  // Sums the gradients of weights, and of the bias if there is one, into the accumulator.
  void (*_Nonnull convolutionBackwardWeights)(const ConvolutionShape *shape, int32_t tiles, const float *x,
                                              const float *dy, float *accumulator, float *scratch);
  // Overwrites weightGradient and biasGradient.
  void (*_Nonnull convolutionFinishGradient)(const ConvolutionShape *shape, const float *accumulator,
                                             float *weightGradient, float *_Nullable biasGradient);

  // Convolution, ReLU and 2x2 max pooling with stride 2 as one kernel, which never stores the unpooled activation
  // and is several times faster than the three. Packed weights and accumulator of its own; same scratch as above.
  // y and dy are pooled: (T, K, P/2, Q/2, 16), rounded down. `argmax` has a byte for each element of y, in a code
  // of the table's own; null if there will be no backward pass.
  // Backward adds to the accumulator and overwrites dx, which is null for a first layer.
  size_t (*_Nonnull convolutionPoolPackedCount)(const ConvolutionShape *shape);
  void (*_Nonnull convolutionPoolPack)(const ConvolutionShape *shape, const float *weights, float *packed);
  size_t (*_Nonnull convolutionPoolGradientCount)(const ConvolutionShape *shape);
  void (*_Nonnull convolutionPoolFinishGradient)(const ConvolutionShape *shape, const float *accumulator,
                                                 float *weightGradient, float *_Nullable biasGradient);
  void (*_Nonnull convolutionPoolForward)(const ConvolutionShape *shape, int32_t tiles, const float *packed,
                                          const float *_Nullable bias, const float *x, float *y,
                                          uint8_t *_Nullable argmax, float *scratch);
  void (*_Nonnull convolutionPoolBackward)(const ConvolutionShape *shape, int32_t tiles, const float *packed,
                                           const float *x, const float *y, const uint8_t *argmax,
                                           const float *dy, float *_Nullable dx, float *accumulator,
                                           float *scratch);

  // Dense layer, y = W x + b; the same life cycle.
  size_t (*_Nonnull densePackedCount)(const DenseShape *shape);
  size_t (*_Nonnull denseScratchCount)(const DenseShape *shape, int32_t tiles);
  size_t (*_Nonnull denseGradientCount)(const DenseShape *shape);
  void (*_Nonnull densePack)(const DenseShape *shape, const float *weights, float *packed);
  void (*_Nonnull denseForward)(const DenseShape *shape, int32_t tiles, const float *packed,
                                const float *_Nullable bias, const float *x, float *y, float *scratch);
  void (*_Nonnull denseBackwardInput)(const DenseShape *shape, int32_t tiles, const float *packed,
                                      const float *dy, float *dx, float *scratch);
  void (*_Nonnull denseBackwardWeights)(const DenseShape *shape, int32_t tiles, const float *x, const float *dy,
                                        float *accumulator, float *scratch);
  void (*_Nonnull denseFinishGradient)(const DenseShape *shape, const float *accumulator, float *weightGradient,
                                       float *_Nullable biasGradient);

  // Pooling. `argmax` is (T, C, P, Q, 16): which place of the window held the maximum, the first of equals.
  // Averages count padding as zeros (count_include_pad, PyTorch's default).
  void (*_Nonnull maxPoolForward)(const PoolShape *shape, int32_t tiles, const float *x, float *y,
                                  uint8_t *argmax);
  void (*_Nonnull maxPoolBackward)(const PoolShape *shape, int32_t tiles, const float *dy,
                                   const uint8_t *argmax, float *dx);
  void (*_Nonnull averagePoolForward)(const PoolShape *shape, int32_t tiles, const float *x, float *y);
  void (*_Nonnull averagePoolBackward)(const PoolShape *shape, int32_t tiles, const float *dy, float *dx);

  // Elementwise over `count` floats; x and y may be the same buffer.
  void (*_Nonnull reluForward)(size_t count, const float *x, float *y);
  void (*_Nonnull reluBackward)(size_t count, const float *y, const float *dy, float *dx);
  void (*_Nonnull add)(size_t count, const float *a, const float *b, float *sum);

  // Batch normalisation in four passes, because its statistics need the whole batch. `area` is H W. Only the
  // first `images` images of the tiles are real; the others add nothing to the statistics and get dx = 0.
  //   statistics: per channel, the mean over these images and the sum of squared distances from it
  //   scale and shift: y = scale x + shift, plus the addend if there is one, then ReLU if asked for
  //   gradient sums: per channel, sum of dy, and sum of dy (x - mean)
  //   backward: dx = a dy + b (x - mean) + c
  // Where y went through ReLU without an addend, backward kernels are given scale and shift, and take dy as 0 where
  // y was not positive; else these are null.
  void (*_Nonnull batchNormStatistics)(int32_t channels, int32_t area, int32_t tiles, int32_t images,
                                       const float *x, double *mean, double *squares);
  void (*_Nonnull scaleAndShift)(int32_t channels, int32_t area, int32_t tiles, const float *x,
                                 const float *scale, const float *shift, const float *_Nullable addend, bool relu,
                                 float *y);
  void (*_Nonnull batchNormGradientSums)(int32_t channels, int32_t area, int32_t tiles, int32_t images,
                                         const float *x, const float *dy, const float *mean,
                                         const float *_Nullable scale, const float *_Nullable shift, double *sumDy,
                                         double *sumDyX);
  void (*_Nonnull batchNormBackward)(int32_t channels, int32_t area, int32_t tiles, int32_t images,
                                     const float *x, const float *dy, const float *mean,
                                     const float *_Nullable scale, const float *_Nullable shift, const float *a,
                                     const float *b, const float *c, float *dx);

  // Softmax and cross-entropy of one tile: logits (K, 16), the first `images` real. Returns the sum of the
  // losses, adds the number of right answers to `correct`, writes probabilities (K, 16) and
  // dlogits = scale (p - onehot), zero for images that are not real; either may be null.
  double (*_Nonnull softmaxCrossEntropy)(int32_t classes, int32_t images, const float *logits,
                                         const uint8_t *labels, float scale, float *_Nullable probabilities,
                                         float *_Nullable dlogits, int32_t *correct);

  // One tile from pixels (image, C, area) of bytes: y = scale[c] pixel + shift[c]; lanes from `images` on are 0.
  void (*_Nonnull gatherTile)(int32_t channels, int32_t area, int32_t images, const uint8_t *pixels,
                              const int32_t *indices, const float *scale, const float *shift, float *y);

  // Optimizers over one flat buffer; formulas beside each implementation.
  void (*_Nonnull momentumStep)(size_t count, float rate, float momentum, int32_t nesterov,
                                const float *gradient, float *velocity, float *parameters);
  void (*_Nonnull adamStep)(size_t count, float rate, float beta1, float beta2, float epsilon, int64_t step,
                            const float *gradient, float *mean, float *square, float *parameters);
  void (*_Nonnull adamwStep)(size_t count, float rate, float beta1, float beta2, float epsilon, float decay,
                             int64_t step, const float *gradient, float *mean, float *square, float *parameters);
  void (*_Nonnull scheduleFreeAdamStep)(size_t count, float rate, float beta, float beta2, float epsilon,
                                        float decay, float share, int64_t step, const float *gradient,
                                        float *square, float *z, float *average, float *parameters);
  void (*_Nonnull adagradStep)(size_t count, float rate, float epsilon, const float *gradient, float *sum,
                               float *parameters);
  void (*_Nonnull adadeltaStep)(size_t count, float rate, float rho, float epsilon, const float *gradient,
                                float *square, float *delta, float *parameters);
  void (*_Nonnull rmspropStep)(size_t count, float rate, float alpha, float epsilon, const float *gradient,
                               float *square, float *parameters);

  // Vector algebra of optimizers; any of the buffers may be the same.
  double (*_Nonnull dot)(size_t count, const float *x, const float *y);
  double (*_Nonnull dotOfDifference)(size_t count, const float *x, const float *y, const float *z);
  double (*_Nonnull absoluteSum)(size_t count, const float *x);
  double (*_Nonnull rootDot)(size_t count, const float *x, const float *y, const float *square, float epsilon);
  void (*_Nonnull combine)(size_t count, float a, const float *x, float b, const float *y, float *result);
  void (*_Nonnull meanOfSquares)(size_t count, float decay, float share, const float *x, float *square);
  void (*_Nonnull rootStep)(size_t count, float rate, const float *direction, float correction,
                            const float *square, float epsilon, float *parameters);
  void (*_Nonnull cocobStep)(size_t count, float rate, float alpha, const float *gradient, const float *initial,
                             float *scale, float *gradientSum, float *reward, float *coin, float *parameters);

  // Networks of rows: one example a row, its features in the lanes; columns are padded with zeros to a multiple of 16, and
  // every pointer to floats is aligned to 64 bytes. Formulas stand beside the naive twins.
  void (*_Nonnull rowProduct)(int32_t rows, int32_t columns, int32_t inner, const float *a, size_t aRow,
                              size_t aInner, const float *b, size_t bRow, const float *_Nullable bias, float *c,
                              size_t cRow);
  // Rows and columns are multiples of 16.
  void (*_Nonnull rowTranspose)(int32_t rows, int32_t columns, const float *x, float *y);
  void (*_Nonnull rowSums)(int32_t rows, int32_t columns, const float *x, float *sums);
  void (*_Nonnull rowActivate)(int32_t activation, size_t count, const float *z, float *y);
  void (*_Nonnull rowActivateBackward)(int32_t activation, size_t count, const float *z, float *d);
  void (*_Nonnull rowNormalize)(int32_t rows, int32_t columns, int32_t stride, float *x, float *scales);
  void (*_Nonnull rowNormalizeBackward)(int32_t rows, int32_t columns, int32_t stride, const float *y,
                                        const float *scales, float *d);
  double (*_Nonnull rowSoftmaxCrossEntropy)(int32_t rows, int32_t classes, int32_t stride, float *logits,
                                            const int32_t *labels, float scale, float *_Nullable probabilities,
                                            int32_t *_Nullable correct);
  void (*_Nonnull rowPatches)(int32_t rows, int32_t side, int32_t channels, size_t stride, const float *x,
                              float *patches);
  void (*_Nonnull rowPatchesBackward)(int32_t rows, int32_t side, int32_t channels, size_t stride,
                                      const float *patches, float *x);
  // Batch normalization over rows, and dropout.
  void (*_Nonnull rowMoments)(int32_t rows, int32_t columns, const float *x, float *mean, float *variance);
  void (*_Nonnull rowScaleAndShift)(int32_t rows, int32_t columns, const float *x, const float *scale,
                                    const float *shift, float *y);
  void (*_Nonnull rowSlopeSums)(int32_t rows, int32_t columns, const float *x, const float *d, float *sums,
                                float *products);
  void (*_Nonnull rowBatchNormBackward)(int32_t rows, int32_t columns, const float *x, const float *scale,
                                        const float *sums, const float *products, float *d);
  void (*_Nonnull rowDropout)(size_t count, uint32_t seed, uint32_t threshold, float scale, float *x);

  // One time step of a gated recurrent unit (Cho et al. 2014, in PyTorch's form): rows of `units` units, gates r, z, n.
  //   r, z = sigmoid(gi + gh); n = tanh(gi + r gh); h = (1 - z) n + z previous
  // Forward writes gates (rows, 3 units) and h. Backward turns dh, the derivative by h, into that by `previous` but for
  // what flows through gh, and writes the derivatives by gi and gh.
  void (*_Nonnull gruForward)(int32_t rows, int32_t units, const float *gi, const float *gh, const float *previous,
                              float *gates, float *h);
  void (*_Nonnull gruBackward)(int32_t rows, int32_t units, const float *gates, const float *gh,
                               const float *previous, float *dh, float *dgi, float *dgh);

  // Sums over buffers of any alignment, for measures of a step.
  void (*_Nonnull stepSums)(size_t count, float *before, const float *after, const float *gradient,
                            float *lastGradient, float *lastUpdate, double *sums);
  void (*_Nonnull pairSums)(size_t count, const float *x, const float *y, double *sums);
  void (*_Nonnull differenceSums)(size_t count, const float *x, const float *_Nullable y, double *sums);
  double (*_Nonnull squaredDistance)(size_t count, const float *x, const float *y);

  // Multiplies and adds in registers alone, `rounds` times over, and writes what came out, which no compiler may
  // leave away. Returns the floating-point operations done, two for each multiply-add: divided by the time they
  // took, the peak of one core with this instruction set.
  double (*_Nonnull multiplyAddProbe)(int64_t rounds, float factor, float summand, float *result);
} KernelTable;

typedef enum {
  KernelInstructionSetNaive = 0,
  KernelInstructionSetPortable = 1,
  KernelInstructionSetAVX2 = 2,
  KernelInstructionSetAVX512 = 3,
  KernelInstructionSetNEON = 4,
} KernelInstructionSet;

// The table for an instruction set, or null where this build or this processor does not have it.
const KernelTable *_Nullable kernelTable(KernelInstructionSet instructionSet);

// The fastest instruction set of this processor.
KernelInstructionSet bestKernelInstructionSet(void);

#pragma clang assume_nonnull end

#endif
