"""Builds the ONNX graph of a BERT sentence encoder from its weights, with onnx and numpy alone.

    tokens -> embeddings -> layers (attention, feed-forward) -> pooling -> vectors of length 1

The encoder is that of Devlin et al., "BERT" (2018), the pooling that of Reimers and Gurevych,
"Sentence-BERT" (2019). Linear layers stay MatMul and Add, which onnxruntime's quantiser knows;
GELU stays the chain of nodes that onnxruntime makes one of when it loads the graph. Two things
are there for the quantiser, since its one scale for a whole matrix loses most where a few columns
are much larger than the others: `_levelled` and FLOAT.
"""

from __future__ import annotations

from math import sqrt
from pathlib import Path

import numpy as np
from onnx import ModelProto, TensorProto
from safetensors.numpy import load_file

from knowledge.embedder_bert import Bert
from knowledge.embedder_nodes import ANY, OUTPUT, Array, Graph

FLOAT = ("encoder.layer.0.output.dense",)
"""The nodes that are better not quantised: one of six large ones, with a quarter of all the loss."""

MASKED = -10_000.0
"""Added to the attention that a masked token gets: nothing of it is left after the softmax."""

TINY = np.float32(1e-5)


def build(model: Path, bert: Bert) -> ModelProto:
    """The graph: INPUTS, int64 of shape (texts, tokens) -> OUTPUT, float32 (texts, hidden).

    Raises WeightsMissing.
    """
    tensors = load_file(model / "model.safetensors")
    graph = Graph({name.removeprefix("bert."): tensor for name, tensor in tensors.items()})
    mask = graph.add("Cast", "attention_mask", to=TensorProto.FLOAT)
    bias = _attention_bias(graph, mask)
    states = _embeddings(graph, bert)
    for number in range(bert.layers):
        states = _layer(graph, bert, f"encoder.layer.{number}.", states, bias)
    _unit(graph, _pooled(graph, bert, states, mask))
    return graph.model(bert.hidden)


def _embeddings(graph: Graph, bert: Bert) -> str:
    """Word, kind of text and position, added up: (texts, tokens, hidden)."""
    table = {
        name: graph.constant(graph.tensor(f"embeddings.{name}_embeddings.weight", ANY, bert.hidden))
        for name in ("word", "token_type", "position")
    }
    words = graph.add("Gather", table["word"], "input_ids")
    kinds = graph.add("Gather", table["token_type"], "token_type_ids")
    tokens = graph.add("Shape", "input_ids", start=1, end=2)
    first = graph.constant([0])
    positions = graph.add("Slice", table["position"], first, tokens, first)
    total = graph.add("Add", graph.add("Add", words, kinds), positions)
    return _normalised(graph, bert, "embeddings.LayerNorm", total)


def _attention_bias(graph: Graph, mask: str) -> str:
    """What is added to every head's attention: 0, or MASKED. (texts, 1, 1, tokens)."""
    absent = graph.add("Sub", graph.constant(1.0), mask)
    bias = graph.add("Mul", absent, graph.constant(MASKED))
    return graph.add("Unsqueeze", bias, graph.constant([1, 2]))


def _layer(graph: Graph, bert: Bert, name: str, states: str, bias: str) -> str:
    seen = _attended(graph, bert, f"{name}attention.self.", states, bias)
    dense = f"{name}attention.output.dense"
    seen = _linear(graph, dense, seen, graph.tensor(f"{dense}.weight", bert.hidden, bert.hidden))
    states = graph.add("Add", seen, states)
    states = _normalised(graph, bert, f"{name}attention.output.LayerNorm", states)
    inner = _levelled(graph, bert, name, states)
    inner = _linear(
        graph,
        f"{name}output.dense",
        _gelu(graph, inner),
        graph.tensor(f"{name}output.dense.weight", bert.hidden, bert.inner),
    )
    states = graph.add("Add", inner, states)
    return _normalised(graph, bert, f"{name}output.LayerNorm", states)


def _attended(graph: Graph, bert: Bert, name: str, states: str, bias: str) -> str:
    """Softmax(query x key / sqrt(size) + bias) x value, in each head."""
    size = bert.hidden // bert.heads

    def head(part: str, order: list[int], scale: float = 1.0) -> str:
        weight = graph.tensor(f"{name}{part}.weight", bert.hidden, bert.hidden)
        flat = _linear(graph, f"{name}{part}", states, weight, scale)
        split = graph.add("Reshape", flat, graph.constant([0, 0, bert.heads, size]))
        return graph.add("Transpose", split, perm=order)

    query = head("query", [0, 2, 1, 3], 1 / sqrt(size))
    key = head("key", [0, 2, 3, 1])
    value = head("value", [0, 2, 1, 3])
    scores = graph.add("Add", graph.add("MatMul", query, key), bias)
    seen = graph.add("MatMul", graph.add("Softmax", scores, axis=-1), value)
    joined = graph.add("Transpose", seen, perm=[0, 2, 1, 3])
    return graph.add("Reshape", joined, graph.constant([0, 0, bert.hidden]))


def _linear(graph: Graph, name: str, states: str, weight: Array, scale: float = 1.0) -> str:
    """(states x weight transposed + bias of that name) x scale."""
    bias = graph.tensor(f"{name}.bias", len(weight)) * np.float32(scale)
    product = graph.constant(weight.T * np.float32(scale))
    return graph.add("Add", graph.add("MatMul", states, product, output=name), graph.constant(bias))


def _levelled(graph: Graph, bert: Bert, name: str, states: str) -> str:
    """The first half of the feed-forward part, its input made even for the quantiser.

    Each column is divided by a number and the weights it meets are multiplied by it, as in
    Xiao et al., "SmoothQuant" (2022). How far a column reaches is told without any texts by
    the normalisation before: it has mean `bias` and deviation `weight` there.
    """
    dense, norm = f"{name}intermediate.dense", f"{name}attention.output.LayerNorm"
    weight = graph.tensor(f"{dense}.weight", bert.inner, bert.hidden)
    mean, deviation = (
        np.abs(graph.tensor(f"{norm}.{part}", bert.hidden)) for part in ("bias", "weight")
    )
    reach = np.maximum(mean + 3 * deviation, TINY) / np.maximum(np.abs(weight).max(axis=0), TINY)
    level = np.sqrt(reach, dtype=np.float32)
    even = graph.add("Mul", states, graph.constant(1 / level))
    return _linear(graph, dense, even, weight * level)


def _normalised(graph: Graph, bert: Bert, name: str, states: str) -> str:
    weights = (
        graph.constant(graph.tensor(f"{name}.{part}", bert.hidden)) for part in ("weight", "bias")
    )
    return graph.add("LayerNormalization", states, *weights, axis=-1, epsilon=bert.epsilon)


def _gelu(graph: Graph, states: str) -> str:
    """x / 2 x (1 + erf(x / sqrt(2))), in the order of nodes that onnxruntime fuses."""
    error = graph.add("Erf", graph.add("Div", states, graph.constant(sqrt(2))))
    share = graph.add("Mul", states, graph.add("Add", error, graph.constant(1.0)))
    return graph.add("Mul", share, graph.constant(0.5))


def _pooled(graph: Graph, bert: Bert, states: str, mask: str) -> str:
    tokens = graph.constant([1])
    if bert.pooling == "cls":
        first = graph.add("Slice", states, graph.constant([0]), tokens, tokens)
        return graph.add("Squeeze", first, tokens)
    present = graph.add("Mul", states, graph.add("Unsqueeze", mask, graph.constant([2])))
    total = graph.add("ReduceSum", present, tokens, keepdims=0)
    count = graph.add("ReduceSum", mask, tokens, keepdims=1)
    return graph.add("Div", total, graph.add("Max", count, graph.constant(1e-9)))


def _unit(graph: Graph, vectors: str) -> None:
    length = graph.add("ReduceL2", vectors, axes=[1], keepdims=1)
    graph.add("Div", vectors, graph.add("Max", length, graph.constant(1e-12)), output=OUTPUT)
