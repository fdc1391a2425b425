"""From YAML to `Persona`."""
