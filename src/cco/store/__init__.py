"""The stores: PostgreSQL for what was decided and done, the lake for what was billed and used."""
