"""What a detector learns from: samples, tiles, augmentation, batches."""
