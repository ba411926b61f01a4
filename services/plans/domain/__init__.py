"""The rules of plans, pure: values in, values out."""
