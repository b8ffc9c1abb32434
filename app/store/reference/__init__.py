"""knowledge_base/ in, ReferenceData out; every mistake in it with file, line and key."""
