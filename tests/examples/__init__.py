"""One story, told through the door, from which every example of the OpenAPI document comes."""
