"""NATS JetStream: the connection, the stream, publishing and consuming."""
