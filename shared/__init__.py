"""What every service stands on: contracts, journal, messaging, access, HTTP. Knows no service."""
