// `node models/make.mjs [NAME...]` makes the models and their cards anew; with `--check` it only compares them with the files that are here.
// The same octets come out on every machine: numbers are drawn from seeds, and only arithmetic that IEEE 754 fixes is used.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const names = ['longwave', 'vortex'];

/** The files of a model: path from this folder -> bytes. */
export async function filesOf(name) {
  const { make } = await import(`./${name}/make.mjs`);
  const { bytes, card } = make();
  const file = { file: `${name}.onnx`, sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  return new Map([
    [`${name}/${name}.onnx`, bytes],
    [`${name}/card.json`, new TextEncoder().encode(`${JSON.stringify(card(file), null, 2)}\n`)],
  ]);
}

/** Whether a file of this folder holds exactly these bytes. */
export function isSame(path, bytes) {
  const url = new URL(path, import.meta.url);
  return existsSync(url) && Buffer.compare(readFileSync(url), bytes) === 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2);
  const checks = args.includes('--check');
  const asked = args.filter((arg) => arg !== '--check');
  const unknown = asked.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    console.error(`'${unknown}' is not a model: ${names.join(', ')}`);
    process.exit(2);
  }
  for (const name of asked.length > 0 ? asked : names) {
    for (const [path, bytes] of await filesOf(name)) {
      const same = isSame(path, bytes);
      if (!same && !checks) writeFileSync(new URL(path, import.meta.url), bytes);
      if (!same && checks) process.exitCode = 1;
      console.log(`${path}: ${same ? 'the same' : checks ? 'differs' : 'written'}`);
    }
  }
}
