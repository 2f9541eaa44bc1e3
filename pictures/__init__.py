"""Pictures of the portal's main pages from the demo's cohort, in the system's own Chromium; `make screenshots`."""
