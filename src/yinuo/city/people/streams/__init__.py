"""What the events of the streams `people/…` hold."""
