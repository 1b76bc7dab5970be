"""What a run calculates with: exact values, their order and text, and how they are written as JSON."""
