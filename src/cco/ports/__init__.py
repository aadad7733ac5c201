"""The Protocols that the outside world satisfies."""
