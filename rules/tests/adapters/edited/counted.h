/* What both C files read. */
#define FACTOR 3

long multiplied(long number);
