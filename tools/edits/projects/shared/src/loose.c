int loose(void) { return 41; }
