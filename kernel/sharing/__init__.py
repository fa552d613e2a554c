"""What leaves the exchange: the feed as each reader may see it, its snapshots and manifests."""
