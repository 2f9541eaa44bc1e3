"""Pure rules of the timeline: what a fact adds to the projections, who sees what, what the figures mean."""
