"""What a model answered, read whatever form it has."""
