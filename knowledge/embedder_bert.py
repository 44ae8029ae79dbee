"""Which sentence-transformers models Firstline prepares by itself: BERT encoders, as their files say.

    read_bert(folder) -> Bert        what `knowledge.embedder_graph` needs to build the graph
                      -> NotBert     why not; sentence-transformers must export such a model

Reads the folder's JSON files only, so it is quick and imports no runtime.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

POOLING = ("mean", "cls")


class NotBert(Exception):
    """A model that is not built by `knowledge.embedder_graph`; says what about it is different."""


@dataclass(frozen=True, slots=True)
class Bert:
    """A BERT encoder with pooling over its last layer, as far as its files describe it."""

    layers: int
    heads: int
    hidden: int
    inner: int
    """Length of a token's state inside the feed-forward part."""
    epsilon: float
    """Added to the variance in each layer normalisation."""
    pooling: str
    """`mean` of the tokens or `cls`, the first one."""
    max_tokens: int


def read_bert(model: Path) -> Bert:
    """The description of the model in this folder. Raises NotBert."""
    kinds, pooling = _parts(_read(model / "modules.json", list))
    config = _read(model / "config.json", dict)
    reading = _read(model / "sentence_bert_config.json", dict)
    _refuse_others(kinds, config, reading)
    if not (model / "tokenizer.json").is_file():
        raise NotBert("it has no tokenizer.json")
    bert = _described(config, reading, _read(model / pooling / "config.json", dict))
    if bert.hidden % bert.heads:
        raise NotBert(f"its size of {bert.hidden} cannot be shared by {bert.heads} heads")
    return bert


def _described(config: dict[str, Any], reading: dict[str, Any], pooling: dict[str, Any]) -> Bert:
    try:
        positions = int(config["max_position_embeddings"])
        return Bert(
            layers=int(config["num_hidden_layers"]),
            heads=int(config["num_attention_heads"]),
            hidden=int(config["hidden_size"]),
            inner=int(config["intermediate_size"]),
            epsilon=float(config["layer_norm_eps"]),
            pooling=_pooling(pooling),
            max_tokens=min(int(reading.get("max_seq_length") or positions), positions),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise NotBert(f"config.json lacks or misstates a number ({error})") from error


def _read(path: Path, kind: type) -> Any:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise NotBert(f"{path.name} cannot be read ({error})") from error
    if not isinstance(found, kind):
        raise NotBert(f"{path.name} holds no {kind.__name__}")
    return found


def _parts(modules: list[Any]) -> tuple[list[str], str]:
    """The kinds of a model's parts, by their class names, and the folder of the pooling."""
    try:
        kinds = [str(part["type"]).rpartition(".")[2] for part in modules]
        return kinds, next((str(part["path"]) for part in modules[1:2]), "")
    except (KeyError, TypeError) as error:
        raise NotBert("modules.json does not name the parts of the model") from error


def _refuse_others(kinds: list[str], config: dict[str, Any], reading: dict[str, Any]) -> None:
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        raise NotBert(f"its parts are {', '.join(kinds) or 'none'}")
    if reading.get("do_lower_case"):
        raise NotBert("it lowers the case before its tokenizer")
    wanted = {
        "model_type": ("bert",),
        "hidden_act": ("gelu",),
        "position_embedding_type": ("absolute", None),
        "is_decoder": (False, None),
    }
    for key, allowed in wanted.items():
        if config.get(key) not in allowed:
            raise NotBert(f"its {key} is {config.get(key)!r}")


def _pooling(config: dict[str, Any]) -> str:
    """The one way of pooling: named in new files, a flag for each way in older ones."""
    flags = [name for name in config if name.startswith("pooling_mode_") and config[name]]
    named = config.get("pooling_mode") or flags
    modes = [named] if isinstance(named, str) else list(named)
    short = [mode.removeprefix("pooling_mode_").removesuffix("_tokens") for mode in modes]
    short = [mode.removesuffix("_token") for mode in short]
    if len(short) != 1 or short[0] not in POOLING:
        raise NotBert(f"its pooling is {' and '.join(short) or 'not named'}")
    return short[0]
