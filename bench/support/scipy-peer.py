# Times scipy's product of a CSR matrix in f32 with a block of columns in f32: scipy-peer.py WEIGHTS.npz COLUMNS.
# scipy's sparse product runs on one thread. Prints "ready", then for each line on standard input one time in milliseconds.
import sys
import time

import numpy as np
import scipy.sparse

weights = scipy.sparse.load_npz(sys.argv[1]).astype(np.float32)
fields = np.random.default_rng(1).random((weights.shape[1], int(sys.argv[2])), dtype=np.float32)
print("ready", flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    result = weights @ fields
    print(f"{1e3 * (time.perf_counter() - start):.6f}", flush=True)
assert result.dtype == np.float32
