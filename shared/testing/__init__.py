"""What tests of every service use: waiting, and facts of other services as they would arrive."""
