import { DteError, type FileSystem, joinPath, type WritableFile } from '../../../base/index.js';
import { type HostTensor, type Model, type Tensor, type TensorFormat, tensorFormatOf, writeTensor } from '../../../infero/index.js';

/** Where outputs go: files of a folder, or one file for the only output. */
export function outputFiles(
  { outputs }: Model,
  output: string,
  format: TensorFormat,
  only: readonly string[] | undefined,
): ReadonlyMap<string, string> {
  const names = only ?? outputs.map(({ name }) => name);
  if (/\.(npy|csv)$/i.test(output)) {
    if (names.length === 1) return new Map([[names[0] as string, output]]);
    throw new DteError('input.option', `'${output}' is one file for ${names.length} outputs (${names.join(', ')})`, {
      where: { option: '--output' },
      hint: 'name a folder, or one output by --only',
    });
  }
  const files = new Map<string, string>();
  for (const name of names) {
    const file = joinPath(output, `${fileName(name)}.${format}`);
    const other = [...files].find(([, taken]) => taken.toLowerCase() === file.toLowerCase());
    if (other !== undefined) {
      throw new DteError('input.option', `outputs '${other[0]}' and '${name}' would go to the same file ${file}`, {
        hint: 'use --only for each',
      });
    }
    files.set(name, file);
  }
  return files;
}

/** Names of tensors hold slashes and colons, which mean something else in the name of a file. */
function fileName(name: string): string {
  return name.replace(/[^\w.-]/g, '_').replace(/^\.+/, '_');
}

/** Writes outputs so that either all files appear or none does. */
export async function writeTogether(
  fs: FileSystem,
  { outputs }: Model,
  results: Readonly<Record<string, Tensor>>,
  files: ReadonlyMap<string, string>,
): Promise<void> {
  const written: WritableFile[] = [];
  try {
    for (const { name, type } of outputs) {
      const path = files.get(name);
      if (path === undefined) continue;
      const bytes = writeTensor(results[name] as HostTensor, type, tensorFormatOf(path));
      const file = await fs.create(path);
      written.push(file);
      await file.write(bytes);
    }
  } catch (error) {
    for (const file of written) await file.discard();
    throw error;
  }
  for (const file of written) await file.commit();
}
