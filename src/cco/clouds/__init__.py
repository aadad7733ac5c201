"""The outside world of clouds, each behind the same ports."""
