"""Choose from which score each category counts, and write nlp/model/model.toml.

`python -m scripts.model.calibrate`: reads the phrases that were kept from training.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from nlp.classifier import CATEGORIES, SHIPPED
from records.finding import Category
from scripts.model.examples import PHRASES, Example, kept_back, phrases

FOLDER = Path(__file__).parents[2] / "nlp" / "model"
FALSE_ALARMS, CRITICISM = 0.08, 0.02
"""The share of look-alikes, written to be mistaken, and of criticism that may be flagged."""
LOWEST, HIGHEST = 0.5, 0.8


def threshold(category: Category, examples: Sequence[Example], scores: Sequence[float]) -> float:
    """The lowest score at which few enough look-alikes and posts of criticism are flagged."""
    near, criticism = [], []
    for one, score in zip(examples, scores, strict=True):
        if one.labels[category] == 0:
            if one.origin == f"phrases/{category}":
                near.append(score)
            elif one.origin == "phrases/criticism":
                criticism.append(score)
    enough = max(_exceeded_by(near, FALSE_ALARMS), _exceeded_by(criticism, CRITICISM))
    return round(min(max(enough, LOWEST), HIGHEST), 3)


def _exceeded_by(scores: list[float], share: float) -> float:
    """The score that no more than this share of the scores exceed."""
    ordered = sorted(scores, reverse=True)
    return ordered[int(len(ordered) * share)] + 1e-3 if ordered else 0


def main() -> None:
    """Write the thresholds and the sums of the files, and print what the thresholds do."""
    examples = [one for one in phrases(PHRASES) if kept_back(one)]
    found = SHIPPED.scores([one.text for one in examples])
    lines = ["# Written by scripts/model/calibrate.py.", "", "[sha256]"]
    for name in ("model.onnx", "tokenizer.json"):
        sha256 = hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()
        lines.append(f'"{name}" = "{sha256}"')
    lines += ["", "[thresholds]"]
    for category in CATEGORIES:
        scores = [one[category] for one in found]
        enough = threshold(category, examples, scores)
        lines.append(f"{category} = {enough}")
        positive = [
            score for one, score in zip(examples, scores, strict=True) if one.labels[category] == 1
        ]
        kept = sum(score >= enough for score in positive)
        print(f"{category:15} from {enough:.3f}: {kept} of {len(positive)} found")
    (FOLDER / "model.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
