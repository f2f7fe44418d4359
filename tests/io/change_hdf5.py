#!/usr/bin/python3
"""Copies an HDF5 file of ours with one change, to see that its reader refuses it.

    change_hdf5.py FROM.h5 TO.h5 DATASET INDEX VALUE     sets one element; INDEX counts all elements
    change_hdf5.py FROM.h5 TO.h5 DATASET resize ROWS     cuts or lengthens it
    change_hdf5.py FROM.h5 TO.h5 @ATTRIBUTE VALUE        sets an attribute of the root
"""

import shutil
import sys

import h5py


def main():
    source, target, name, *change = sys.argv[1:]
    shutil.copy(source, target)
    with h5py.File(target, "r+") as file:
        if name.startswith("@"):
            file.attrs[name[1:]] = int(change[0]) if change[0].isdigit() else change[0]
        elif change[0] == "resize":
            file[name].resize(int(change[1]), axis=0)
        else:
            values = file[name][()]
            values.reshape(-1)[int(change[0])] = values.dtype.type(float(change[1]))
            file[name][...] = values


if __name__ == "__main__":
    main()
