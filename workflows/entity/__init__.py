"""The parts of a workflow that follows one row of its owner: command queue, row state, ladder, timer.

They know a subject by its key and its version alone, and so serve every workflow of this kind.
"""
