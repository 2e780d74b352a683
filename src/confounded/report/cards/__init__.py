"""Cards: what a check of a benchmark found, for the terminal, for a folder beside the benchmark, and for a paper."""
