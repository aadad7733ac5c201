"""pytest plugins of this suite."""
