"""The names under which every workflow that follows one row is commanded, asked and woken."""

COMMAND_UPDATE = "command"
STATE_QUERY = "state"
LOOK_AGAIN_SIGNAL = "look_again"
