"""Earlier tickets that may say the same matter: what a ticket shows, how two compare, where to look."""
