"""Speed and memory, measured beside a ceiling in the same run; never asserted in a test. `make bench`."""
