# Times the convex hull of N points on the sphere by qhull, which is their Delaunay triangulation: qhull-peer.py N.
# Prints "ready", then for each line on standard input one time in milliseconds.
import sys
import time

import numpy as np
import scipy.spatial

points = np.random.default_rng(1).normal(size=(int(sys.argv[1]), 3))
points /= np.linalg.norm(points, axis=1)[:, None]
print("ready", flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    scipy.spatial.ConvexHull(points)
    print(f"{1e3 * (time.perf_counter() - start):.6f}", flush=True)
