"""A company's own files: read whole with every mistake named, held as contract values, loaded by API."""
