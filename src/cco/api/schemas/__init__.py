"""What goes over the wire. Output schemas have no defaults: a client knows what is always there."""
