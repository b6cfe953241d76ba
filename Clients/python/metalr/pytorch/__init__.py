"""What needs PyTorch: the scheduler, the guard, Schedule-Free AdamW."""
