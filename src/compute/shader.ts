import { type Context, DteError } from '../base/index.js';

/** Shader text with its imports in place, and where each of its lines comes from. */
export interface ExpandedShader {
  readonly text: string;
  /** For line n (from 1) of the text: `origins[n - 1]`. */
  readonly origins: readonly { readonly file: string; readonly line: number }[];
}

const importLine = /^#import\s+(lib\/[\w-]+)\s*$/;

/**
 * `shaders/<stem>.wgsl` with every `#import lib/NAME` line replaced by that file, once. Imported files hold functions and
 * constants only, no bindings. A shader that was made at run time is given as `text`, and has no file.
 */
export async function expandShader(stem: string, context: Pick<Context, 'asset'>, text?: string): Promise<ExpandedShader> {
  const lines: string[] = [];
  const origins: { file: string; line: number }[] = [];
  const imported = new Set<string>();
  const include = async (name: string, given?: string): Promise<void> => {
    const file = given === undefined ? `shaders/${name}.wgsl` : name;
    const source = given ?? new TextDecoder().decode(await context.asset(file));
    for (const [index, text] of source.split('\n').entries()) {
      const wanted = importLine.exec(text)?.[1];
      if (wanted !== undefined) {
        if (!imported.has(wanted)) {
          imported.add(wanted);
          await include(wanted);
        }
        continue;
      }
      if (text.startsWith('#'))
        throw new DteError('fault.kernel', `'${text}' is not an import`, {
          where: { kernel: stem, line: index + 1 },
          hint: 'write #import lib/NAME',
        });
      lines.push(text);
      origins.push({ file, line: index + 1 });
    }
  };
  await include(stem, text);
  return { text: lines.join('\n'), origins };
}
