"""The desk's pages, rendered on the server: nothing is built, and nothing comes from another host."""
