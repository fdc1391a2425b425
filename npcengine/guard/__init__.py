"""What players say, made harmless; what characters must not say, stopped."""
