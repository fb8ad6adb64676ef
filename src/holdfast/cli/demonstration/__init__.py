"""The demonstration clinic: forty invented people, and the clinic that screens them."""
