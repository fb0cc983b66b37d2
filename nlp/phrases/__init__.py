"""Posts written by hand, with their labels: what the classifier is taught and measured with."""
