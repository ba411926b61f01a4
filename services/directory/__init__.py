"""The directory owns people, departments, roles, delegations, absences and working-day calendars."""
