"""The demo cohort: a real programme's figures, invented children. A pure plan; sending it is the command's business."""
