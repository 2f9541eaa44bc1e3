"""The doors: app factory, who may come in, problem details, idempotency, paging."""
