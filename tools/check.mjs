// `npm run check`: types and lint only. `npm run format` repairs what the linter can repair.
import { ensureBuilt, ensureInstalled, lint, main } from './setup.mjs';

await main(async (args) => {
  await ensureInstalled();
  await ensureBuilt();
  await lint({ write: args.includes('--write') });
});
