"""The HTML pages: each view authorises, calls one verb and answers; rules live in the other apps."""
