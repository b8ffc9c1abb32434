"""A normalised call in; one draft a demand out, every value with its evidence."""
