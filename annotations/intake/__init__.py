"""How images and labels come in: single files, folders, uploads and archives."""
