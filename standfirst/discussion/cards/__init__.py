"""Cards: an address in a comment that is a picture, shown in place after a click; until then nobody asks its server."""
