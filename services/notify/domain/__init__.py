"""The pure rules of telling: texts, retry schedule, signature, which addresses may be reached."""
