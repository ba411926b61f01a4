"""The words and promises that cross a process: values, activities, events and refusals."""
