#!/bin/sh
# Runs agent-dashboard where `agent-dashboard connect claude-code --key-only` has said that it is, else as it
# is found on PATH. A hook that fails, or prints something, would be a decision. So without it there is none.
launcher="${XDG_CONFIG_HOME:-$HOME/.config}/agent-dashboard/launcher.sh"
if [ "$1" = hook ]; then
  exec 2>/dev/null
  if [ -f "$launcher" ]; then
    (. "$launcher") || true
  elif command -v agent-dashboard >/dev/null; then
    agent-dashboard "$@" || true
  fi
  exit 0
fi
if [ -f "$launcher" ]; then . "$launcher"; fi
if command -v agent-dashboard >/dev/null 2>&1; then exec agent-dashboard "$@"; fi
echo 'agent-dashboard is not connected yet. Run: agent-dashboard connect claude-code --key-only' >&2
exit 1
