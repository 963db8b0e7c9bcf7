// A process that regrids one file and prints its peak memory, for tests that compare lengths of input.
import { nodeContext } from '../../src/base/node.js';
import { regridTo } from './regrid-to.js';

const [input, output] = process.argv.slice(2) as [string, string];
const { fields } = await regridTo(nodeContext(), [input], { output, grid: '5/5', device: 'cpu', threads: 2 });
process.stdout.write(JSON.stringify({ fields, peakMiB: Math.round(process.resourceUsage().maxRSS / 1024) }));
