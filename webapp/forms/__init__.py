"""Forms of the pages; an error is a sentence at its field."""
