"""Runs jobs: one function, two doorbells (a loop in a child process, or Celery on Redis)."""
