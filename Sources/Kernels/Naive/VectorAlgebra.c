// Vector algebra of optimizers. Sums are in double.

#include <math.h>

#include "Naive.h"

// sum of x y
double naiveDot(size_t count, const float *x, const float *y) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += (double)x[i] * y[i];
  return sum;
}

// sum of x (y - z)
double naiveDotOfDifference(size_t count, const float *x, const float *y, const float *z) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += (double)x[i] * ((double)y[i] - z[i]);
  return sum;
}

// sum of |x|
double naiveAbsoluteSum(size_t count, const float *x) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += fabs(x[i]);
  return sum;
}

// sum of x y / (sqrt(square) + epsilon)
double naiveRootDot(size_t count, const float *x, const float *y, const float *square, float epsilon) {
  double sum = 0;
  for (size_t i = 0; i < count; i++) sum += (double)x[i] * y[i] / (sqrtf(square[i]) + epsilon);
  return sum;
}

// result = a x + b y
void naiveCombine(size_t count, float a, const float *x, float b, const float *y, float *result) {
  for (size_t i = 0; i < count; i++) result[i] = a * x[i] + b * y[i];
}

// square = decay square + share x^2
void naiveMeanOfSquares(size_t count, float decay, float share, const float *x, float *square) {
  for (size_t i = 0; i < count; i++) square[i] = decay * square[i] + share * x[i] * x[i];
}

// parameters -= rate direction / (sqrt(correction square) + epsilon)
void naiveRootStep(size_t count, float rate, const float *direction, float correction, const float *square,
                   float epsilon, float *parameters) {
  for (size_t i = 0; i < count; i++)
    parameters[i] -= rate * direction[i] / (sqrtf(correction * square[i]) + epsilon);
}

// COCOB-Backprop (Orabona and Tommasi 2017, arXiv:1705.07795, algorithm 2); g is the negative gradient.
//   scale = max(scale, |g|)     gradientSum += |g|     reward = max(reward + (w - initial) g, 0)     coin += g
//   target = initial + coin / (scale max(gradientSum + scale, alpha scale)) (scale + reward)
//   w += rate (target - w)
void naiveCocobStep(size_t count, float rate, float alpha, const float *gradient, const float *initial,
                    float *scale, float *gradientSum, float *reward, float *coin, float *parameters) {
  for (size_t i = 0; i < count; i++) {
    float g = -gradient[i];
    scale[i] = fmaxf(scale[i], fabsf(g));
    gradientSum[i] += fabsf(g);
    reward[i] = fmaxf(reward[i] + (parameters[i] - initial[i]) * g, 0);
    coin[i] += g;
    float share = coin[i] / (scale[i] * fmaxf(gradientSum[i] + scale[i], alpha * scale[i]));
    float target = initial[i] + share * (scale[i] + reward[i]);
    parameters[i] += rate * (target - parameters[i]);
  }
}
