"""Troubleshooting flows: reading them, proving them, drawing them. Running them is the bot's."""
