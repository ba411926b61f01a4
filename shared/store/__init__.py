"""PostgreSQL: connections, transactions, and the tables every schema has."""
