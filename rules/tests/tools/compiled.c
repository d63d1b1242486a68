#include <stdio.h>

int main(int count, char **arguments) { printf("compiled, with %s\n", count > 1 ? arguments[1] : "nothing"); }
