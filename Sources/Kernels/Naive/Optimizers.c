// Optimizers; g is the gradient, the formulas are PyTorch's.

#include <math.h>

#include "Naive.h"

// v = momentum v + g; parameters -= rate v, or rate (g + momentum v) with Nesterov's (Sutskever et al. 2013).
void naiveMomentumStep(size_t count, float rate, float momentum, int32_t nesterov, const float *gradient,
                       float *velocity, float *parameters) {
  for (size_t i = 0; i < count; i++) {
    velocity[i] = momentum * velocity[i] + gradient[i];
    parameters[i] -= rate * (nesterov ? gradient[i] + momentum * velocity[i] : velocity[i]);
  }
}

// Kingma and Ba 2015, arXiv:1412.6980, algorithm 1; `step` counts from 1.
//   m = beta1 m + (1 - beta1) g       v = beta2 v + (1 - beta2) g^2
//   parameters -= rate / (1 - beta1^step) m / (sqrt(v / (1 - beta2^step)) + epsilon)
void naiveAdamStep(size_t count, float rate, float beta1, float beta2, float epsilon, int64_t step,
                   const float *gradient, float *mean, float *square, float *parameters) {
  float stepSize = (float)(rate / (1 - pow(beta1, (double)step)));
  float correction = (float)sqrt(1 - pow(beta2, (double)step));
  for (size_t i = 0; i < count; i++) {
    mean[i] = beta1 * mean[i] + (1 - beta1) * gradient[i];
    square[i] = beta2 * square[i] + (1 - beta2) * gradient[i] * gradient[i];
    parameters[i] -= stepSize * mean[i] / (sqrtf(square[i]) / correction + epsilon);
  }
}

// Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2): Adam's step, and
//   parameters -= rate decay parameters
void naiveAdamwStep(size_t count, float rate, float beta1, float beta2, float epsilon, float decay, int64_t step,
                    const float *gradient, float *mean, float *square, float *parameters) {
  float stepSize = (float)(rate / (1 - pow(beta1, (double)step)));
  float correction = (float)sqrt(1 - pow(beta2, (double)step));
  for (size_t i = 0; i < count; i++) {
    mean[i] = beta1 * mean[i] + (1 - beta1) * gradient[i];
    square[i] = beta2 * square[i] + (1 - beta2) * gradient[i] * gradient[i];
    float change = stepSize * mean[i] / (sqrtf(square[i]) / correction + epsilon);
    parameters[i] -= change + rate * decay * parameters[i];
  }
}

// Defazio et al. 2024, arXiv:2405.15682, algorithm 1; parameters are y, the gradient is taken at y.
//   square = beta2 square + (1 - beta2) g^2
//   z -= rate (g / (sqrt(square / (1 - beta2^step)) + epsilon) + decay y)
//   average += share (z - average);  y = (1 - beta) z + beta average
void naiveScheduleFreeAdamStep(size_t count, float rate, float beta, float beta2, float epsilon, float decay,
                               float share, int64_t step, const float *gradient, float *square, float *z,
                               float *average, float *parameters) {
  float correction = (float)(1 / (1 - pow(beta2, (double)step)));
  for (size_t i = 0; i < count; i++) {
    square[i] = beta2 * square[i] + (1 - beta2) * gradient[i] * gradient[i];
    float change = gradient[i] / (sqrtf(square[i] * correction) + epsilon) + decay * parameters[i];
    z[i] -= rate * change;
    average[i] += share * (z[i] - average[i]);
    parameters[i] = (1 - beta) * z[i] + beta * average[i];
  }
}

// sum += g^2; parameters -= rate g / (sqrt(sum) + epsilon) (Duchi et al. 2011).
void naiveAdagradStep(size_t count, float rate, float epsilon, const float *gradient, float *sum,
                      float *parameters) {
  for (size_t i = 0; i < count; i++) {
    sum[i] += gradient[i] * gradient[i];
    parameters[i] -= rate * gradient[i] / (sqrtf(sum[i]) + epsilon);
  }
}

// Zeiler 2012, arXiv:1212.5701, algorithm 1.
//   square = rho square + (1 - rho) g^2
//   change = sqrt(delta + epsilon) / sqrt(square + epsilon) g
//   delta = rho delta + (1 - rho) change^2; parameters -= rate change
void naiveAdadeltaStep(size_t count, float rate, float rho, float epsilon, const float *gradient, float *square,
                       float *delta, float *parameters) {
  for (size_t i = 0; i < count; i++) {
    square[i] = rho * square[i] + (1 - rho) * gradient[i] * gradient[i];
    float change = sqrtf(delta[i] + epsilon) / sqrtf(square[i] + epsilon) * gradient[i];
    delta[i] = rho * delta[i] + (1 - rho) * change * change;
    parameters[i] -= rate * change;
  }
}

// square = alpha square + (1 - alpha) g^2; parameters -= rate g / (sqrt(square) + epsilon) (Tieleman, Hinton 2012).
void naiveRmspropStep(size_t count, float rate, float alpha, float epsilon, const float *gradient,
                      float *square, float *parameters) {
  for (size_t i = 0; i < count; i++) {
    square[i] = alpha * square[i] + (1 - alpha) * gradient[i] * gradient[i];
    parameters[i] -= rate * gradient[i] / (sqrtf(square[i]) + epsilon);
  }
}
