/* What both C files read. */
#define FACTOR 2

long multiplied(long number);
