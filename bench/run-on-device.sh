#!/bin/sh
# Unpacks what bench/pack.mjs made, runs the shader tests and the bench there, and stores what came out.
#   sh bench/run-on-device.sh ARCHIVE [bench arguments]
# Environment: OUT (results; default ./device-results), DTE_DEVICE (gpu; software for a trial on Vulkan on the processor),
# WORK (where to unpack; default a folder under TMPDIR), TESTS=no to leave the tests out.
set -u
archive=$1
shift
OUT=${OUT:-$PWD/device-results}
WORK=${WORK:-${TMPDIR:-/tmp}/dte-device-run}
export DTE_DEVICE="${DTE_DEVICE:-gpu}"
mkdir -p "$OUT" "$WORK"
# Where tar finds no xz, Python has one.
tar -xf "$archive" -C "$WORK" 2>/dev/null ||
  python3 -c 'import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2])' "$archive" "$WORK" || exit 1
cd "$WORK/dte-device" || exit 1
export PATH="$PWD/bin:$PATH"

# A driver may come without the loader, and its description may lie where no loader looks.
if ! ldconfig -p 2>/dev/null | grep -q 'libvulkan\.so\.1 ' && [ -f lib/libvulkan.so.1 ]; then
  export LD_LIBRARY_PATH="$PWD/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
fi
if [ "$DTE_DEVICE" = gpu ] && [ -z "${VK_DRIVER_FILES:-}" ] && ! ls /etc/vulkan/icd.d/*.json /usr/share/vulkan/icd.d/*.json >/dev/null 2>&1; then
  driver=$(find /usr /opt -name 'nvidia_icd*.json' 2>/dev/null | head -n 1)
  if [ -n "$driver" ]; then export VK_DRIVER_FILES="$driver"; fi
fi
# Peers that were carried along stand behind those of the machine.
if [ -d peers/bin ]; then
  export PATH="$PATH:$PWD/peers/bin"
  mkdir -p .cache/bench/peers
  [ -x .cache/bench/peers/eccodes-peer ] || ln -sf "$PWD/peers/bin/eccodes-peer" .cache/bench/peers/eccodes-peer
fi

{
  date -u
  uname -a
  node --version
  nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv 2>/dev/null
} >"$OUT/machine.txt" 2>&1

failed=0
if [ "${TESTS:-yes}" != no ]; then
  for test in $(grep -rl gpuEngine build/test --include='*.test.js' | sort); do
    log="$OUT/test-$(basename "$test" .test.js).tap"
    if node "$test" >"$log" 2>&1; then
      echo "passed: $test $(grep '^# { total' "$log")"
    else
      echo "FAILED: $test"
      grep -n '^ *not ok' "$log" | head -n 5
      failed=1
    fi
  done
fi
node build/bench/main.js --json "$OUT/bench.jsonl" "$@" >"$OUT/bench.txt" 2>"$OUT/bench.err" || failed=1
cat "$OUT/bench.txt"
grep -v artificially "$OUT/bench.err" | tail -n 20
exit $failed
