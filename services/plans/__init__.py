"""The plan service owns templates, the linter, cycle policies, plans, progress and the ledger of moves."""
