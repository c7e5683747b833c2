"""What is taken out, deleted or used by somebody who should not."""
