"""What an operator deploys with: checked against its schemas, against the code and against our own rules."""
