"""The demo project: synthetic steel surfaces whose defects and grades are known exactly."""
