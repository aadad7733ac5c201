"""The nouns every stage shares: money, time, charge, resource, errors. Imports nothing of ours."""
