int table(void) { return 99; }
