"""Chat models behind `models.base.ChatModel`; loaded only where the LLM engine is set."""
