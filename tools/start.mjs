// `npm start [-- FILE...]`: sets up what is missing, then runs the main job.
import { ensureBuilt, ensureInstalled, main, runBuilt } from './setup.mjs';

await main(async (args) => {
  await ensureInstalled();
  await ensureBuilt();
  await runBuilt('dte/main.js', ['demo', ...args]);
});
