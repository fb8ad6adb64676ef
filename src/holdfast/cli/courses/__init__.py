"""Courses driven through the product's own actions in simulated time: one driver for all who need some."""
