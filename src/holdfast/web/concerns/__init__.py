"""The path of concerns: for anybody, for the recipients outside, and for the site that names them."""
