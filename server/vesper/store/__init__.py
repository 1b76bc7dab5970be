"""What is stored in `.vesper/vesper.db`, and the only SQL of the product."""
