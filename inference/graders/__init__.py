"""Running severity graders: crops, the saved graph, and grades asked for by a page."""
