"""How good a model is: COCO metrics, matching, error analysis, calibration."""
