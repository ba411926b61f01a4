"""What every other part rests on: settings, logs, tasks, and what a server's refusal means."""
