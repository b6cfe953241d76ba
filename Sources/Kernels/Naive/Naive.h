// The naive kernels: the formulas as loops, one image after the other, in the order a reader would write them.
// They are the oracle of the fast kernels in tests, so nothing here is clever. Legend: see Kernels.h.

#ifndef METALR_NAIVE_H
#define METALR_NAIVE_H

#include "Kernels.h"
#include "../Patches.h"

#pragma clang assume_nonnull begin

extern const KernelTable naiveKernelTable;

size_t naiveConvolutionPackedCount(const ConvolutionShape *shape);
size_t naiveConvolutionScratchCount(const ConvolutionShape *shape, int32_t tiles);
size_t naiveConvolutionGradientCount(const ConvolutionShape *shape);
void naiveConvolutionPack(const ConvolutionShape *shape, const float *weights, float *packed);
void naiveConvolutionForward(const ConvolutionShape *shape, int32_t tiles, const float *packed,
                             const float *_Nullable bias, const float *x, float *y, float *scratch);
void naiveConvolutionBackwardInput(const ConvolutionShape *shape, int32_t tiles, const float *packed,
                                   const float *dy, const float *_Nullable addend, float *dx, float *scratch);
void naiveConvolutionBackwardWeights(const ConvolutionShape *shape, int32_t tiles, const float *x,
                                     const float *dy, float *accumulator, float *scratch);
void naiveConvolutionFinishGradient(const ConvolutionShape *shape, const float *accumulator,
                                    float *weightGradient, float *_Nullable biasGradient);

void naiveConvolutionPoolForward(const ConvolutionShape *shape, int32_t tiles, const float *packed,
                                 const float *_Nullable bias, const float *x, float *y,
                                 uint8_t *_Nullable argmax, float *scratch);
void naiveConvolutionPoolBackward(const ConvolutionShape *shape, int32_t tiles, const float *packed,
                                  const float *x, const float *y, const uint8_t *argmax, const float *dy,
                                  float *_Nullable dx, float *accumulator, float *scratch);

size_t naiveDensePackedCount(const DenseShape *shape);
size_t naiveDenseScratchCount(const DenseShape *shape, int32_t tiles);
size_t naiveDenseGradientCount(const DenseShape *shape);
void naiveDensePack(const DenseShape *shape, const float *weights, float *packed);
void naiveDenseForward(const DenseShape *shape, int32_t tiles, const float *packed,
                       const float *_Nullable bias, const float *x, float *y, float *scratch);
void naiveDenseBackwardInput(const DenseShape *shape, int32_t tiles, const float *packed, const float *dy,
                             float *dx, float *scratch);
void naiveDenseBackwardWeights(const DenseShape *shape, int32_t tiles, const float *x, const float *dy,
                               float *accumulator, float *scratch);
void naiveDenseFinishGradient(const DenseShape *shape, const float *accumulator, float *weightGradient,
                              float *_Nullable biasGradient);

void naiveMaxPoolForward(const PoolShape *shape, int32_t tiles, const float *x, float *y, uint8_t *argmax);
void naiveMaxPoolBackward(const PoolShape *shape, int32_t tiles, const float *dy, const uint8_t *argmax,
                          float *dx);
void naiveAveragePoolForward(const PoolShape *shape, int32_t tiles, const float *x, float *y);
void naiveAveragePoolBackward(const PoolShape *shape, int32_t tiles, const float *dy, float *dx);

void naiveReluForward(size_t count, const float *x, float *y);
void naiveReluBackward(size_t count, const float *y, const float *dy, float *dx);
void naiveAdd(size_t count, const float *a, const float *b, float *sum);

void naiveBatchNormStatistics(int32_t channels, int32_t area, int32_t tiles, int32_t images, const float *x,
                              double *mean, double *squares);
void naiveScaleAndShift(int32_t channels, int32_t area, int32_t tiles, const float *x, const float *scale,
                        const float *shift, const float *_Nullable addend, bool relu, float *y);
void naiveBatchNormGradientSums(int32_t channels, int32_t area, int32_t tiles, int32_t images, const float *x,
                                const float *dy, const float *mean, const float *_Nullable scale,
                                const float *_Nullable shift, double *sumDy, double *sumDyX);
void naiveBatchNormBackward(int32_t channels, int32_t area, int32_t tiles, int32_t images, const float *x,
                            const float *dy, const float *mean, const float *_Nullable scale,
                            const float *_Nullable shift, const float *a, const float *b, const float *c,
                            float *dx);

double naiveSoftmaxCrossEntropy(int32_t classes, int32_t images, const float *logits, const uint8_t *labels,
                                float scale, float *_Nullable probabilities, float *_Nullable dlogits,
                                int32_t *correct);

void naiveGatherTile(int32_t channels, int32_t area, int32_t images, const uint8_t *pixels,
                     const int32_t *indices, const float *scale, const float *shift, float *y);

void naiveMomentumStep(size_t count, float rate, float momentum, int32_t nesterov, const float *gradient,
                       float *velocity, float *parameters);
void naiveAdamStep(size_t count, float rate, float beta1, float beta2, float epsilon, int64_t step,
                   const float *gradient, float *mean, float *square, float *parameters);
void naiveAdamwStep(size_t count, float rate, float beta1, float beta2, float epsilon, float decay, int64_t step,
                    const float *gradient, float *mean, float *square, float *parameters);
void naiveScheduleFreeAdamStep(size_t count, float rate, float beta, float beta2, float epsilon, float decay,
                               float share, int64_t step, const float *gradient, float *square, float *z,
                               float *average, float *parameters);
void naiveAdagradStep(size_t count, float rate, float epsilon, const float *gradient, float *sum,
                      float *parameters);
void naiveAdadeltaStep(size_t count, float rate, float rho, float epsilon, const float *gradient, float *square,
                       float *delta, float *parameters);
void naiveRmspropStep(size_t count, float rate, float alpha, float epsilon, const float *gradient,
                      float *square, float *parameters);

double naiveDot(size_t count, const float *x, const float *y);
double naiveDotOfDifference(size_t count, const float *x, const float *y, const float *z);
double naiveAbsoluteSum(size_t count, const float *x);
double naiveRootDot(size_t count, const float *x, const float *y, const float *square, float epsilon);
void naiveCombine(size_t count, float a, const float *x, float b, const float *y, float *result);
void naiveMeanOfSquares(size_t count, float decay, float share, const float *x, float *square);
void naiveRootStep(size_t count, float rate, const float *direction, float correction, const float *square,
                   float epsilon, float *parameters);
void naiveCocobStep(size_t count, float rate, float alpha, const float *gradient, const float *initial,
                    float *scale, float *gradientSum, float *reward, float *coin, float *parameters);

void naiveRowProduct(int32_t rows, int32_t columns, int32_t inner, const float *a, size_t aRow, size_t aInner, const float *b, size_t bRow, const float *_Nullable bias, float *c, size_t cRow);
void naiveRowTranspose(int32_t rows, int32_t columns, const float *x, float *y);
void naiveRowSums(int32_t rows, int32_t columns, const float *x, float *sums);
void naiveRowActivate(int32_t activation, size_t count, const float *z, float *y);
void naiveRowActivateBackward(int32_t activation, size_t count, const float *z, float *d);
void naiveRowNormalize(int32_t rows, int32_t columns, int32_t stride, float *x, float *scales);
void naiveRowNormalizeBackward(int32_t rows, int32_t columns, int32_t stride, const float *y, const float *scales, float *d);
double naiveRowSoftmaxCrossEntropy(int32_t rows, int32_t classes, int32_t stride, float *logits, const int32_t *labels, float scale, float *_Nullable probabilities, int32_t *_Nullable correct);
void naiveRowPatches(int32_t rows, int32_t side, int32_t channels, size_t stride, const float *x, float *patches);
void naiveRowPatchesBackward(int32_t rows, int32_t side, int32_t channels, size_t stride, const float *patches, float *x);
void naiveGruForward(int32_t rows, int32_t units, const float *gi, const float *gh, const float *previous,
                     float *gates, float *h);
void naiveGruBackward(int32_t rows, int32_t units, const float *gates, const float *gh, const float *previous,
                      float *dh, float *dgi, float *dgh);
void naiveRowMoments(int32_t rows, int32_t columns, const float *x, float *mean, float *variance);
void naiveRowScaleAndShift(int32_t rows, int32_t columns, const float *x, const float *scale,
                                    const float *shift, float *y);
void naiveRowSlopeSums(int32_t rows, int32_t columns, const float *x, const float *d, float *sums,
                                float *products);
void naiveRowBatchNormBackward(int32_t rows, int32_t columns, const float *x, const float *scale,
                                        const float *sums, const float *products, float *d);
void naiveRowDropout(size_t count, uint32_t seed, uint32_t threshold, float scale, float *x);
void naiveStepSums(size_t count, float *before, const float *after, const float *gradient, float *lastGradient, float *lastUpdate, double *sums);
void naivePairSums(size_t count, const float *x, const float *y, double *sums);
void naiveDifferenceSums(size_t count, const float *x, const float *_Nullable y, double *sums);
double naiveSquaredDistance(size_t count, const float *x, const float *y);

double naiveMultiplyAddProbe(int64_t rounds, float factor, float summand, float *result);

#pragma clang assume_nonnull end

#endif
