"""What the measuring commands share: the program that is measured, and the clones it reads."""
