"""What a chat model read in a call, kept only where the call itself bears it out."""
