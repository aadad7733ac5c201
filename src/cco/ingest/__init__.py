"""Bills become charges: read, recognise, normalise to FOCUS 1.2, check, write, commit once."""
