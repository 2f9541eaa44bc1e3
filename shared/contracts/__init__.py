"""What services promise to each other: envelope, facts, topics, schemas, examples."""
