"""The contract as others read it: JSON Schemas, AsyncAPI and pages, rendered from the types."""
