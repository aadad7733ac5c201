"""The billing formats we read, one module each, in the order in which ties are decided."""
