"""A kind of subject that the product does not have: a laptop on loan. It shows what a new workflow costs."""
