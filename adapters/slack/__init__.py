"""Slack as a channel, over slack-bolt. `SlackAdapter` is in `adapter.py`."""
