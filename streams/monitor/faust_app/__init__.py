"""The one place that knows Faust: the app, its Table, and what of Faust is steered around."""
