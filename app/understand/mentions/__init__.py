"""A normalised call in; the times, places, numbers and people mentioned in it out, each with its quote."""
