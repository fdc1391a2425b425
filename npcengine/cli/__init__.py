"""The command line. It only translates."""
