"""The arithmetic of scores and the rules of figures and answers, pure."""
