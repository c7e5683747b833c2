"""The desk's pages, rendered on the server: nothing is built, nothing comes from another host."""
