"""Weights from torchvision's files or from the program's own model files."""

import torch


def load_weights(path, half=False):
    """A state_dict from a .pth file, or from a model file (.h5) that `roiflow import` made.

    `half` rounds as `roiflow import --precision f16` does: tensors of two and more dimensions.
    """
    if str(path).endswith(".h5"):
        import h5py
        with h5py.File(path) as file:
            weights = {name: torch.from_numpy(tensor[()]).float()
                       for name, tensor in file["tensors"].items()}
    else:
        weights = torch.load(path, map_location="cpu")
    if half:
        weights = {name: tensor.half().float() if tensor.ndim > 1 else tensor
                   for name, tensor in weights.items()}
    return weights
