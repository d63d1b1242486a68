#define CHECKED 1
struct checked { char size[4]; };
