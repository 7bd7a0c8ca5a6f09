"""What the streams of cases hold."""
