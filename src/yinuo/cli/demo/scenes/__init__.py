"""What goes on beside the applications of the demonstration: ratings, lanes, the hall of today."""
