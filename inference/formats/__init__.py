"""File formats of the TensorFlow Object Detection API: label maps and TFRecords."""
