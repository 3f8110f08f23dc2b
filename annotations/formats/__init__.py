"""Dataset formats: each module turns bytes into frozen values and back, and knows no database."""
