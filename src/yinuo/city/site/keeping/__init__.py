"""What is kept outside the running city: backups, and the export for the security audit."""
