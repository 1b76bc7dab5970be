"""Programs run where they can do no harm: what they see, how much they may use, and real attacks as proof."""
