import { type Context, type Disk, DteError } from '../../base/index.js';
import { type Places, placesOf, variable } from './places.js';
import type { Plain } from './plain-yaml.js';
import { plainYaml } from './plain-yaml.js';

/** A configuration as it was found, not yet checked. */
export interface FoundConfig {
  /** For messages. */
  readonly source: string;
  /** File, when it is one. */
  readonly file: string | undefined;
  /** To find lines for messages; empty for an object. */
  readonly text: string;
  readonly value: unknown;
}

/**
 * The first configuration of: the argument (path, inline text or object), FDB_CONFIG (inline text), FDB_CONFIG_FILE, then
 * etc/fdb/TOOL.yaml|json and etc/fdb/config.yaml|json under the FDB's home. undefined when there is none. A file that is named but is
 * not there is `absent.file`: going on without it would write to another place than was meant.
 */
export async function findConfig(
  context: Pick<Context, 'env'>,
  disk: Disk,
  options: { readonly config?: string | object; readonly tool?: string },
): Promise<FoundConfig | undefined> {
  const { env } = context;
  if (typeof options.config === 'object') return { source: 'the argument', file: undefined, text: '', value: options.config };
  const places = await placesOf(context, disk);
  if (options.config !== undefined && options.config !== '') {
    if (isInline(options.config)) return inline(options.config, 'the argument');
    return fromFile(disk, places.absolute(options.config), 'the argument names it');
  }
  const text = variable(env, 'CONFIG');
  if (text !== undefined) return inline(text, `the environment (${named(env, 'CONFIG')})`);
  const file = variable(env, 'CONFIG_FILE');
  if (file !== undefined) return fromFile(disk, places.absolute(file), `${named(env, 'CONFIG_FILE')} names it`);
  return fromHome(disk, places, options.tool);
}

/** A path holds neither line breaks nor braces at its beginning nor a colon followed by a blank. */
function isInline(text: string): boolean {
  return /^\s*\{|\n|:\s/.test(text);
}

function named(env: Context['env'], name: string): string {
  return env[`FDB_${name}`] ? `FDB_${name}` : `FDB5_${name}`;
}

async function fromHome(disk: Disk, places: Places, tool: string | undefined): Promise<FoundConfig | undefined> {
  const stems = tool === undefined ? ['config'] : [tool, 'config'];
  for (const stem of stems) {
    for (const ending of ['yaml', 'json']) {
      const file = `${places.home === '/' ? '' : places.home}/etc/fdb/${stem}.${ending}`;
      if ((await disk.info(file)) !== undefined) return fromFile(disk, file, 'it was there');
    }
  }
  return undefined;
}

async function fromFile(disk: Disk, file: string, why: string): Promise<FoundConfig> {
  const info = await disk.info(file);
  if (info === undefined || info.isDirectory) {
    throw new DteError('absent.file', `the configuration '${file}' ${info === undefined ? 'does not exist' : 'is a folder'} (${why})`, {
      hint: 'name a file of YAML or JSON, or give no configuration at all',
    });
  }
  const text = new TextDecoder().decode(await disk.read(file));
  return { source: file, file, text, value: await yamlValue(text, file) };
}

async function inline(text: string, source: string): Promise<FoundConfig> {
  return { source, file: undefined, text, value: await yamlValue(text, source) };
}

/** YAML, of which JSON is a part. */
export async function yamlValue(text: string, source: string): Promise<Plain> {
  const plain = plainYaml(text);
  if (plain !== undefined) return plain;
  const { parse, YAMLParseError } = await import('yaml');
  try {
    return parse(text) as Plain;
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    const line = error.linePos?.[0].line;
    const reason = (error.message.split('\n')[0] as string).replace(/ at line \d+, column \d+:?$/, '');
    throw new DteError('input.syntax', `the configuration is not YAML: ${reason}`, {
      where: { file: source, ...(line === undefined ? {} : { line }) },
      cause: error,
    });
  }
}
