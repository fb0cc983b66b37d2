"""Turn the trained weights into the model that is shipped: ONNX with weights of eight bits.

`python -m scripts.model.export --weights FOLDER --out nlp/model`
"""

import argparse
import shutil
import tempfile
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from scripts.model.train import load


def main() -> None:
    """Export, and write the tokenizer beside it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--weights", type=Path, required=True)
    asked.add_argument("--out", type=Path, required=True)
    options = asked.parse_args()
    network, tokenizer = load()
    network.load_state_dict(torch.load(options.weights / "weights.pt"))
    network.eval()
    options.out.mkdir(parents=True, exist_ok=True)
    inputs = tokenizer(["a text", "another longer text"], padding=True, return_tensors="pt")
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        torch.onnx.export(
            network,
            (inputs["input_ids"], inputs["attention_mask"]),
            str(whole),
            input_names=["input_ids", "attention_mask"],
            output_names=["logits"],
            dynamic_axes={
                "input_ids": {0: "posts", 1: "tokens"},
                "attention_mask": {0: "posts", 1: "tokens"},
            },
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(
            whole, options.out / "model.onnx", weight_type=QuantType.QInt8, per_channel=True
        )
    shutil.copyfile(options.weights / "tokenizer.json", options.out / "tokenizer.json")
    size = (options.out / "model.onnx").stat().st_size
    print(f"model.onnx: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
