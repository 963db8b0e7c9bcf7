// A process that takes weights from the cache and prints their checksum, for tests of several at once.
import { gridFromSpec } from '../../src/atlas/index.js';
import { sha256Hex } from '../../src/base/index.js';
import { nodeContext } from '../../src/base/node.js';
import { cachedWeights } from '../../src/regrid/index.js';

const { column, weight } = await cachedWeights(nodeContext(), gridFromSpec('O48'), gridFromSpec('2/2'));
process.stdout.write(`${sha256Hex(`${column.join()} ${weight.join()}`)}\n`);
