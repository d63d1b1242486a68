#include "counted.h"

long
multiplied(long number)
{
    return FACTOR * number + 1;
}
