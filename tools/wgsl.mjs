// `npm run wgsl -- regrid/csr-apply`: prints a shader as the device sees it, imports expanded.
import { SetupError, ensureBuilt, ensureInstalled, importBuilt, main } from './setup.mjs';

await main(async (stems) => {
  if (stems.length === 0) throw new SetupError('name a shader by its stem, for example: npm run wgsl -- regrid/csr-apply');
  await ensureInstalled();
  await ensureBuilt();
  const { expandShader } = await importBuilt('src/compute/index.js');
  const { nodeContext } = await importBuilt('src/base/node-context.js');
  const { isDteError } = await importBuilt('src/base/index.js');
  for (const stem of stems) {
    try {
      const { text } = await expandShader(stem, nodeContext());
      process.stdout.write(`${text.trimEnd()}\n`);
    } catch (error) {
      if (error.code === 'ENOENT') throw new SetupError(`there is no shader '${stem}': ${error.path} does not exist`);
      throw isDteError(error) ? new SetupError(error.message) : error;
    }
  }
});
