"""A task's prompt rendered, asked of a chat model, its answer parsed and checked, with one repair round."""
