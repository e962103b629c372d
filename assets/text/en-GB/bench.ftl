# The bench: readers, cards and printers.
bench-label = Bench
