"""The mean of the weights of several sittings, which leans less on what one of them chanced upon.

`python -m scripts.model.average --weights FOLDER FOLDER … --out FOLDER`: all of them must have
begun from the same encoder (Wortsman et al., 2022, "Model soups").
"""

import argparse
import shutil
from pathlib import Path

import torch


def average(folders: list[Path], out: Path) -> None:
    """Write the mean of the folders' weights, and the first one's tokenizer."""
    sittings = [torch.load(folder / "weights.pt") for folder in folders]
    mean = {
        name: torch.stack([one[name].float() for one in sittings]).mean(0)
        if first.is_floating_point()
        else first
        for name, first in sittings[0].items()
    }
    out.mkdir(parents=True, exist_ok=True)
    torch.save(mean, out / "weights.pt")
    shutil.copyfile(folders[0] / "tokenizer.json", out / "tokenizer.json")


def main() -> None:
    """Average and save."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--weights", type=Path, nargs="+", required=True)
    asked.add_argument("--out", type=Path, required=True)
    options = asked.parse_args()
    average(options.weights, options.out)


if __name__ == "__main__":
    main()
