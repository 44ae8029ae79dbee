"""Discord: servers, forum posts, direct messages, commands and buttons."""
