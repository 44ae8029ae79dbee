"""A small writer of ONNX graphs over a model's tensors, for `knowledge.embedder_graph`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, NodeProto, TensorProto, checker, helper, numpy_helper

INPUTS = ("input_ids", "token_type_ids", "attention_mask")
OUTPUT = "embedding"
OPSET, IR_VERSION = 17, 8
ANY = -1
"""In place of a length that is not known beforehand."""

Array = npt.NDArray[np.float32]


class WeightsMissing(Exception):
    """The weights are not those of the encoder that config.json describes."""


class Graph:
    """Nodes and constants, in the order in which they were added."""

    def __init__(self, tensors: Mapping[str, npt.NDArray[np.generic]]) -> None:
        self._tensors = tensors
        self._nodes: list[NodeProto] = []
        self._constants: list[TensorProto] = []

    def add(self, kind: str, *inputs: str, output: str = "", **attributes: object) -> str:
        """Append a node with one output and give the output's name back."""
        named = output or f"{kind}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [named], name=named, **attributes))
        return named

    def constant(self, values: Array | float | list[int]) -> str:
        """Append a constant and give its name back: a list as int64, all else as float32."""
        kind = np.int64 if isinstance(values, list) else np.float32
        name = f"constant_{len(self._constants)}"
        array = np.asarray(values, dtype=kind, order="C")
        self._constants.append(numpy_helper.from_array(array, name))
        return name

    def tensor(self, name: str, *shape: int) -> Array:
        """The model's tensor of that name, as float32. Raises WeightsMissing."""
        found = self._tensors.get(name)
        if found is None:
            raise WeightsMissing(f"model.safetensors has no {name}")
        fits = zip(found.shape, shape, strict=False)
        if found.ndim != len(shape) or any(wanted not in (ANY, real) for real, wanted in fits):
            raise WeightsMissing(f"{name} has the shape {found.shape}, config.json says {shape}")
        return found.astype(np.float32, copy=False)

    def model(self, dimension: int) -> ModelProto:
        """All that was added, from INPUTS to OUTPUT, checked by onnx."""
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "tokens"])
            for name in INPUTS
        ]
        output = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["texts", dimension])
        graph = helper.make_graph(self._nodes, "encoder", inputs, [output], self._constants)
        versions = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(graph, opset_imports=versions, ir_version=IR_VERSION)
        checker.check_model(model)
        return model
