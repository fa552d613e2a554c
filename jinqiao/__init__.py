"""The command `jinqiao`: puts gateway and services together on one machine, and tries them."""
