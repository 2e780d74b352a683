"""Arrays in, arrays out. Knows no model, benchmark or file."""
