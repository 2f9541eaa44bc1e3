"""The timeline's doors: parse, authorise, delegate, answer."""
