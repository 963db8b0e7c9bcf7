# The same as eccodes-peer.c for machines with the Python binding and no compiler: its calls cost microseconds more each.
import sys
import time

import eccodes

work, path = sys.argv[1:]
handles = []
with open(path, "rb") as file:
    while (handle := eccodes.codes_grib_new_from_file(file)) is not None:
        handles.append(handle)
values = [eccodes.codes_get_values(handle) for handle in handles]
print("ready", flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    for handle, field in zip(handles, values):
        if work == "encode":
            eccodes.codes_set_values(handle, field)
            eccodes.codes_get_message(handle)
        else:
            eccodes.codes_get_values(handle)
    print(f"{1e3 * (time.perf_counter() - start):.6f}", flush=True)
