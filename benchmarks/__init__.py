"""What namewatch costs, as ratios against named baselines in the same run."""
