#ifndef FASTSUM_SUM_H
#define FASTSUM_SUM_H

static inline double fastsum_add(double a, double b) { return a + b; }

#endif
