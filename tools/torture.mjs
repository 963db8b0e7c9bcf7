// `npm run torture [-- NAME...]`: the long form of the field store's crash, damage, contention and simulation tests and of plugins that
// misbehave, one file after the other; more than an hour in all. DTE_SEED repeats a run.
import { basename, join } from 'node:path';
import { SetupError, ensureBuilt, ensureInstalled, filesUnder, main, root, runVisibly } from './setup.mjs';

await main(async (names) => {
  await ensureInstalled();
  await ensureBuilt();
  const files = ['fdb', 'plume']
    .flatMap((part) => filesUnder(`build/test/${part}/reliability`))
    .filter((path) => path.endsWith('.test.js'));
  const chosen = files.filter((path) => names.length === 0 || names.includes(basename(path, '.test.js')));
  if (chosen.length === 0)
    throw new SetupError(`there is no such test; there are ${files.map((path) => basename(path, '.test.js')).join(', ')}`);
  for (const path of chosen) {
    process.stderr.write(`${path}\n`);
    const code = await runVisibly(process.execPath, [join(root, path)], { ...process.env, DTE_TORTURE: 'long' });
    if (code !== 0) process.exitCode = code;
  }
});
