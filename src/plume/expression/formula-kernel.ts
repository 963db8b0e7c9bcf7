import type { Shape } from '../../compute/index.js';
import { interfaceOf, type KernelText } from '../generated/make-kernel.js';
import type { Formulas } from './compile.js';
import { Emitter, javascript, type Language, type Lookup, type Reading, type Term, wgsl } from './emit.js';
import { javascriptPrelude } from './javascript.js';
import type { Statement } from './tree.js';

/** One field, at its own levels or at one, as a kernel reads it. */
export interface Leaf {
  readonly key: string;
  readonly name: string;
  readonly level: number | undefined;
}

/** How a leaf lies in memory: lane for lane with the result, or one lane of its array. */
export interface LeafUse {
  readonly kind: 'own' | 'lane';
  readonly mayBeMissing: boolean;
}

/** What a name of a field stands for, read at a level; the caller knows the fields. */
export type LeafOf = (reading: Reading) => Leaf;

/** What several results computed together read. */
export interface Group {
  readonly outputs: readonly string[];
  readonly leaves: readonly Leaf[];
  readonly scalars: readonly string[];
  readonly coordinates: readonly ('lat' | 'lon')[];
  readonly readsLevel: boolean;
}

/** Everything that one kernel for these results reads. */
export function groupOf(formulas: Formulas, outputs: readonly string[], leafOf: LeafOf): Group {
  const leaves = new Map<string, Leaf>();
  const scalars = new Set<string>();
  const coordinates = new Set<'lat' | 'lon'>();
  let readsLevel = false;
  const reader: Reader = {
    leaf: (leaf, emitter) => {
      leaves.set(leaf.key, leaf);
      return emitter.given(leaf.key);
    },
    scalar: (name, emitter) => {
      scalars.add(name);
      return emitter.given(name);
    },
    coordinate: (name, emitter) => {
      coordinates.add(name);
      return emitter.given(name);
    },
    level: (emitter) => {
      readsLevel = true;
      return emitter.given('level');
    },
  };
  write(formulas, outputs, javascript, lookupOf(formulas, leafOf, reader));
  return { outputs, leaves: [...leaves.values()], scalars: [...scalars], coordinates: [...coordinates], readsLevel };
}

/** Storage arrays that the kernel binds. */
export function bindingsOf({ outputs, leaves, coordinates, readsLevel }: Group): number {
  return outputs.length + leaves.length + coordinates.length + (readsLevel ? 1 : 0);
}

/** The kernel of a group for leaves that lie as `uses` says; its arrays are x0, x1, ... in the order of leaves and y0, y1, ... of outputs. */
export function formulaKernelText(stem: string, formulas: Formulas, group: Group, leafOf: LeafOf, uses: readonly LeafUse[]): KernelText {
  const code = { wgsl: codeOf(formulas, group, leafOf, uses, wgsl), javascript: codeOf(formulas, group, leafOf, uses, javascript) };
  const isLane = (index: number): boolean => uses[index]?.kind === 'lane';
  const indices = group.leaves.map((_, index) => index);
  const params: Record<string, 'u32' | 'f32'> = { points: 'u32', lanes: 'u32' };
  for (const index of indices.filter(isLane)) Object.assign(params, { [`x${index}Lanes`]: 'u32', [`x${index}Lane`]: 'u32' });
  for (const index of group.scalars.keys()) params[`s${index}`] = 'f32';
  const inputs: Record<string, 'f32'> = {};
  const strides: Record<string, string | 1> = {};
  for (const index of indices) {
    inputs[`x${index}`] = 'f32';
    strides[`x${index}`] = isLane(index) ? `x${index}Lanes` : 'lanes';
  }
  for (const name of group.coordinates) [inputs[name], strides[name]] = ['f32', 1];
  if (group.readsLevel) inputs['levelOf'] = 'f32';
  const outputs: Shape = Object.fromEntries(group.outputs.map((_, index) => [`y${index}`, 'f32' as const]));
  for (const name of Object.keys(outputs)) strides[name] = 'lanes';
  return {
    stem,
    params,
    inputs,
    outputs,
    extents: ['points', 'lanes'],
    strides,
    wgsl: shaderOf(group, interfaceOf({ params, inputs, outputs }), code.wgsl),
    javascript: {
      prelude: javascriptPrelude,
      twin: twinOf([...Object.keys(params), ...Object.keys(inputs), ...Object.keys(outputs)], code.javascript),
    },
  };
}

/** What the names of formulas become. */
interface Reader {
  leaf(leaf: Leaf, emitter: Emitter): Term;
  scalar(name: string, emitter: Emitter): Term;
  coordinate(name: 'lat' | 'lon', emitter: Emitter): Term;
  level(emitter: Emitter): Term;
}

function lookupOf(formulas: Formulas, leafOf: LeafOf, reader: Reader): Lookup {
  // Each result once at each level: written out, formulas that use each other could be as long as 2 to the power of their number.
  const results = new Map<string, Term>();
  const lookup: Lookup = (reading, emitter) => {
    const { name } = reading;
    const level = reading.level ?? reading.outerLevel;
    const statement = formulas.statements.get(name);
    if (statement !== undefined) {
      const key = `${name} ${level}`;
      const term = results.get(key) ?? emitter.formula(statement.formula, level);
      results.set(key, term);
      return term;
    }
    const constant = name === 'pi' ? Math.PI : formulas.constants.get(name);
    if (constant !== undefined) return emitter.constant(constant);
    if (name === 'missing') return emitter.missing();
    if (name === 'level') return level === undefined ? reader.level(emitter) : emitter.constant(level);
    if (name === 'lat' || name === 'lon') return reader.coordinate(name, emitter);
    return formulas.scalars.includes(name) ? reader.scalar(name, emitter) : reader.leaf(leafOf(reading), emitter);
  };
  return lookup;
}

function codeOf(formulas: Formulas, group: Group, leafOf: LeafOf, uses: readonly LeafUse[], language: Language): readonly string[] {
  const param = (name: string): string =>
    language === wgsl ? `params.${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}` : name;
  const reader: Reader = {
    leaf: ({ key }, emitter) => {
      const index = group.leaves.findIndex((leaf) => leaf.key === key);
      const use = uses[index] as LeafUse;
      const place = use.kind === 'own' ? 'i' : `point * ${param(`x${index}Lanes`)} + ${param(`x${index}Lane`)}`;
      return emitter.load(`x${index}[${place}]`, use.mayBeMissing);
    },
    scalar: (name, emitter) => emitter.given(param(`s${group.scalars.indexOf(name)}`)),
    coordinate: (name, emitter) => emitter.load(`${name}[point]`, false),
    level: (emitter) => emitter.load(language === wgsl ? 'level_of[lane]' : 'levelOf[lane]', false),
  };
  return write(formulas, group.outputs, language, lookupOf(formulas, leafOf, reader));
}

function write(formulas: Formulas, outputs: readonly string[], language: Language, lookup: Lookup): readonly string[] {
  const emitter = new Emitter(language, lookup);
  const stores = outputs.map((name, index) => {
    const term = emitter.formula((formulas.statements.get(name) as Statement).formula, undefined);
    return `y${index}[i] = ${emitter.stored(term)};`;
  });
  return [...emitter.lines, ...stores];
}

function shaderOf({ outputs, leaves }: Group, interfaceText: string, code: readonly string[]): string {
  const names = [
    ...leaves.map(({ name, level }, index) => `// x${index}: ${printable(name)}${level === undefined ? '' : `[${level}]`}`),
    ...outputs.map((name, index) => `// y${index}: ${printable(name)}`),
  ];
  return `${names.join('\n')}
#import lib/index
#import lib/missing
#import lib/formula

${interfaceText}
@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= params.points * params.lanes) {
    return;
  }
  let point = i / params.lanes;
  let lane = i - point * params.lanes;
${code.map((line) => `  ${line}`).join('\n')}
}
`;
}

function twinOf(names: readonly string[], code: readonly string[]): string {
  return `({ ${names.join(', ')} }, start, end) => {
  for (let point = start; point < end; point++) {
    for (let lane = 0; lane < lanes; lane++) {
      const i = point * lanes + lane;
${code.map((line) => `      ${line}`).join('\n')}
    }
  }
}`;
}

/** WGSL has more ends of lines than one, and a comment must not end in a name. */
function printable(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, '?');
}
