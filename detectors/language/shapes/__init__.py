"""The five shapes that every rule has one of: burst, edge, awaited, pair, outlier."""
