"""What running nodes costs, beside other ways to do the same."""
