// `npm run bench [-- NAME...]`: sets up what is missing, then measures.
import { ensureBuilt, ensureInstalled, main, runBuilt } from './setup.mjs';

await main(async (args) => {
  await ensureInstalled();
  await ensureBuilt();
  await runBuilt('bench/main.js', args);
});
