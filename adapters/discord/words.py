"""What the adapter itself says on Discord, beside the bot's own words."""

NOT_KEPT = "Sorry, this could not be taken in just now. Please try again in a moment."
TICKET_MADE = "Thank you. This went to our team; they answer in {where}."
IN_DIRECT = "our direct messages"
ASK_EXPIRED = "The answer to your `/ask`"
NO_INTENT = (
    "Discord does not give this bot the text of messages. Open the Developer Portal, choose your "
    "application, then Bot, Privileged Gateway Intents, and turn on 'Message Content Intent'"
)
COMMENT_KEPT = "Thank you, noted."
NOT_HERE = "I do not answer in this place."
CANNOT_SHARE = "I may not write here, so I cannot show it."
NOT_OURS = "This cannot be pressed any more."
