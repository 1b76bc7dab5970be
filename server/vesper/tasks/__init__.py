"""Tasks: their values, their lifecycle and the board that keeps them."""
