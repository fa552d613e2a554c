"""What rectification hears and says."""
