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
_HARM = frozenset({Category.THREAT, Category.VIOLENCE})
ENOUGH = 0.95, 0.92
"""The share of the posts of a category to find: of threats and violence, and of the others."""
LOWEST = 0.5, 0.15
"""What posts that say nothing much may reach."""
LOOK_ALIKES = 0.1, 0.25
"""The share of posts written to be mistaken for it that may be flagged, in the same order.

Less may be flagged where an alarm wakes somebody up. A post that names somebody about their work
is told of in any case, so a needless flag of another category is dear to nobody.
"""
OTHERS, CRITICISM, HIGHEST = 0.05, 0.02, 0.8
"""The share of all other posts, and of criticism of a body, that may be flagged.

Who denies somebody's ability is nearest to a critic: only half as much criticism may be flagged so.
"""


def threshold(category: Category, examples: Sequence[Example], scores: Sequence[float]) -> float:
    """The score from which enough posts are found, or the lowest one that flags few enough."""
    wanted: list[float] = []
    near: list[float] = []
    criticism: list[float] = []
    others: list[float] = []
    family = _HARM if category in _HARM else {category}
    for one, score in zip(examples, scores, strict=True):
        if one.labels[category]:
            wanted.append(score)
        elif one.origin == "phrases/criticism":
            criticism.append(score)
        elif not any(one.labels[each] for each in family):
            (near if one.origin == f"phrases/{category}" else others).append(score)
    critics = CRITICISM / 2 if category is Category.COMPETENCE else CRITICISM
    enough, least, look_alikes = (
        kind[category not in _HARM] for kind in (ENOUGH, LOWEST, LOOK_ALIKES)
    )
    lowest = max(
        least,
        _exceeded_by(near, look_alikes),
        _exceeded_by(others, OTHERS),
        _exceeded_by(criticism, critics),
    )
    lowest = max(lowest, sorted(wanted, reverse=True)[int(len(wanted) * enough)])
    return round(min(lowest, HIGHEST), 3)


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
