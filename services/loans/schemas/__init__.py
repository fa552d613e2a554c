"""What loans hears and says: what banks push, and what is asked."""
