"""The portal's own rules: when a cookie changes, what a form proves."""
