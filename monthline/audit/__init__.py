"""The invariant checker: reads every owner's rows, engine and stream, and names broken promises."""
