"""Files that people write: read from YAML, checked, and complained about by line and column."""
