"""One program run: engines that only ask, and the stack of handlers that answers them."""
