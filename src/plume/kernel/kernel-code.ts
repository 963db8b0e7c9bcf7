import { javascriptPrelude } from '../expression/javascript.js';
import { interfaceOf, type KernelText } from '../generated/make-kernel.js';
import { guardedText, type ShaderText, wordsIn } from './shader-text.js';

/** A scalar's type in the code. */
export type ScalarType = 'f32' | 'i32' | 'bool';

/** A kernel of a plugin: what its code reads and writes under which names, and the code. */
export interface PluginKernel {
  readonly stem: string;
  /** One invocation for each value, or for each point with all its levels. */
  readonly over: 'values' | 'points';
  /** Whether the code may read other points than its own: such arrays are bound whole. */
  readonly reach: 'point' | 'grid';
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly scalars: ReadonlyMap<string, ScalarType>;
  readonly constants: ReadonlyMap<string, number>;
  /** Rounds of loops that one invocation may make in all; beyond them its results are missing. */
  readonly loopLimit: number;
  readonly wgsl: ShaderText;
  /** JavaScript with a function `run` and the same names. */
  readonly cpu: string | undefined;
}

/** The kernel as text, what else it binds, and the line that the plugin's own text begins in. */
export interface KernelCode {
  readonly text: KernelText;
  readonly coordinates: readonly ('lat' | 'lon')[];
  readonly readsLevel: boolean;
  /** Inputs whose levels are read (`u_level(k)`), over points. */
  readonly levelInputs: readonly string[];
  /** Lines of the shader before the plugin's own. */
  readonly linesBefore: number;
}

/**
 * The interface, the functions that read and write through it, and the entry point, around the plugin's own text. Its arrays are x0,
 * x1, ... in the order of inputs and y0, y1, ... of outputs; each input has `xLanes`, `xLane` and, over values, `xStep`: the element of
 * a point is `point * xLanes + xLane`, plus the lane times the step (0 where one layer goes with all), plus, over points, the level.
 * `input.plugin` for what `guardedText` refuses.
 */
export function kernelCode(kernel: PluginKernel): KernelCode {
  const words = wordsIn(kernel.wgsl);
  const ownWords = new Set([...words, ...(kernel.cpu === undefined ? [] : wordsIn({ text: kernel.cpu }))]);
  const coordinates = (['lat', 'lon'] as const).filter((name) => ownWords.has(name));
  const readsLevel = kernel.over === 'values' && ownWords.has('level');
  const levelInputs = kernel.over === 'points' ? kernel.inputs.filter((name) => ownWords.has(`${name}_level`)) : [];
  const binds: Binds = { kernel, coordinates, readsLevel, levelInputs };
  const names = namesOf(binds);
  const before = `${header(interfaceOf(names))}${wgslFunctions(binds)}${wgslEntry(kernel)}`;
  const own = guardedText(kernel.wgsl, { names: tabooNames(kernel, names) });
  const text: KernelText = {
    stem: kernel.stem,
    params: names.params,
    inputs: names.inputs,
    outputs: names.outputs,
    extents: kernel.over === 'values' ? ['points', 'lanes'] : ['points'],
    strides: stridesOf(binds),
    wgsl: `${before}${own}\n`,
    javascript: kernel.cpu === undefined ? undefined : { prelude: javascriptPrelude, twin: twinText(binds, kernel.cpu) },
  };
  return { text, coordinates, readsLevel, levelInputs, linesBefore: before.split('\n').length - 1 };
}

interface Binds {
  readonly kernel: PluginKernel;
  readonly coordinates: readonly ('lat' | 'lon')[];
  readonly readsLevel: boolean;
  readonly levelInputs: readonly string[];
}

type Types = Record<string, 'f32' | 'u32' | 'i32'>;

function namesOf({ kernel, coordinates, readsLevel, levelInputs }: Binds): {
  readonly params: Types;
  readonly inputs: Types;
  readonly outputs: Types;
} {
  const isOverValues = kernel.over === 'values';
  const params: Types = isOverValues ? { points: 'u32', lanes: 'u32' } : { points: 'u32' };
  const ofTiles = isOverValues ? ['Lanes', 'Lane', 'Step'] : ['Lanes', 'Lane', 'Levels'];
  for (const index of kernel.inputs.keys()) for (const name of ofTiles) params[`x${index}${name}`] = 'u32';
  if (!isOverValues) for (const index of kernel.outputs.keys()) for (const name of ofTiles) params[`y${index}${name}`] = 'u32';
  for (const [index, type] of [...kernel.scalars.values()].entries()) params[`s${index}`] = type === 'bool' ? 'u32' : type;
  const inputs: Types = Object.fromEntries(kernel.inputs.map((_, index) => [`x${index}`, 'f32']));
  for (const name of coordinates) inputs[`${name}Of`] = 'f32';
  if (readsLevel) inputs['levelOf'] = 'f32';
  for (const name of levelInputs) inputs[`l${kernel.inputs.indexOf(name)}`] = 'f32';
  return { params, inputs, outputs: Object.fromEntries(kernel.outputs.map((_, index) => [`y${index}`, 'f32'])) };
}

function stridesOf({ kernel, coordinates }: Binds): KernelText['strides'] {
  // Whatever has no stride is bound whole, and so is everything of a kernel that looks around.
  const strides: Record<string, string | 1> = {};
  if (kernel.reach === 'grid') return strides;
  for (const index of kernel.inputs.keys()) strides[`x${index}`] = `x${index}Lanes`;
  for (const index of kernel.outputs.keys()) strides[`y${index}`] = kernel.over === 'values' ? 'lanes' : `y${index}Lanes`;
  for (const name of coordinates) strides[`${name}Of`] = 1;
  return strides;
}

/** Writing to an input is the commonest mistake; it is told what it is. */
function tabooNames({ inputs }: PluginKernel, names: ReturnType<typeof namesOf>): ReadonlyMap<string, string> {
  const taboo = new Map<string, string>([['params', 'scalars and constants are functions of their names']]);
  for (const name of [...Object.keys(names.inputs), ...Object.keys(names.outputs)]) {
    taboo.set(snake(name), 'arrays are read and written through the functions named after inputs and outputs');
  }
  for (const name of inputs) taboo.set(`set_${name}`, `'${name}' is an input and cannot be written`);
  return taboo;
}

function header(interfaceText: string): string {
  return `#import lib/index
#import lib/missing
#import lib/formula

${interfaceText}
var<private> dte_point: u32;
var<private> dte_lane: u32;
var<private> dte_rounds: u32;

`;
}

function wgslFunctions({ kernel, coordinates, readsLevel, levelInputs }: Binds): string {
  const lines: string[] = [
    `const dte_limit = ${kernel.loopLimit}u;`,
    'fn dte_spent() -> bool { dte_rounds += 1u; return dte_rounds > dte_limit; }',
  ];
  const isOverValues = kernel.over === 'values';
  for (const [index, name] of kernel.inputs.entries()) {
    const element = (point: string): string =>
      `${point} * params.x${index}_lanes + params.x${index}_lane + ${isOverValues ? `dte_lane * params.x${index}_step` : 'k'}`;
    const isThere = isOverValues ? 'true' : `k < params.x${index}_levels`;
    const k = isOverValues ? '' : 'k: u32';
    lines.push(
      `fn dte_x${index}(at: u32, is_there: bool) -> f32 { if (!is_there || at >= arrayLength(&x${index})) { return missing_value(); } return x${index}[at]; }`,
    );
    lines.push(`fn ${name}(${k}) -> f32 { return dte_x${index}(${element('dte_point')}, ${isThere}); }`);
    if (kernel.reach === 'grid') {
      const other = `point < params.points && ${isThere}`;
      lines.push(`fn ${name}_at(point: u32${k === '' ? '' : `, ${k}`}) -> f32 { return dte_x${index}(${element('point')}, ${other}); }`);
    }
    if (!isOverValues) lines.push(`fn ${name}_levels() -> u32 { return params.x${index}_levels; }`);
  }
  for (const name of levelInputs) {
    const index = kernel.inputs.indexOf(name);
    lines.push(`fn ${name}_level(k: u32) -> f32 { if (k >= arrayLength(&l${index})) { return missing_value(); } return l${index}[k]; }`);
  }
  for (const [index, name] of kernel.outputs.entries()) lines.push(...wgslOutput(name, index, isOverValues));
  for (const [index, [name, type]] of [...kernel.scalars].entries()) {
    lines.push(`fn ${name}() -> ${type} { return params.s${index}${type === 'bool' ? ' != 0u' : ''}; }`);
  }
  for (const [name, value] of kernel.constants) lines.push(`fn ${name}() -> f32 { return f32(${Math.fround(value)}); }`);
  for (const name of coordinates) lines.push(`fn ${name}() -> f32 { return ${name}_of[dte_point]; }`);
  if (readsLevel) lines.push('fn level() -> f32 { return level_of[dte_lane]; }');
  lines.push('fn point() -> u32 { return dte_point; }', 'fn point_count() -> u32 { return params.points; }');
  return `${lines.join('\n')}\n`;
}

/** Over values a result is kept aside until the code is done: what is not set is missing, not what it was a step ago. */
function wgslOutput(name: string, index: number, isOverValues: boolean): readonly string[] {
  const stored = 'select(missing_value(), value, is_storable(value))';
  if (isOverValues) return [`var<private> dte_y${index}: f32;`, `fn set_${name}(value: f32) { dte_y${index} = ${stored}; }`];
  const element = `dte_point * params.y${index}_lanes + params.y${index}_lane + k`;
  return [
    `fn set_${name}(k: u32, value: f32) { if (k < params.y${index}_levels && ${element} < arrayLength(&y${index})) { y${index}[${element}] = ${stored}; } }`,
    `fn ${name}_levels() -> u32 { return params.y${index}_levels; }`,
    `fn dte_clear${index}() { for (var k = 0u; k < params.y${index}_levels; k++) { set_${name}(k, missing_value()); } }`,
  ];
}

function wgslEntry({ over, outputs }: PluginKernel): string {
  const each = (line: (index: number) => string): string => outputs.map((_, index) => `  ${line(index)}\n`).join('');
  const isOverValues = over === 'values';
  const extent = isOverValues ? 'params.points * params.lanes' : 'params.points';
  const place = isOverValues ? '  dte_point = i / params.lanes;\n  dte_lane = i - dte_point * params.lanes;' : '  dte_point = i;';
  const begin = each((index) => (isOverValues ? `dte_y${index} = missing_value();` : `dte_clear${index}();`));
  const end = isOverValues
    ? each((index) => `y${index}[i] = select(dte_y${index}, missing_value(), dte_rounds > dte_limit);`)
    : `  if (dte_rounds > dte_limit) {\n${each((index) => `  dte_clear${index}();`)}  }\n`;
  return `
@compute @workgroup_size(group_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = linear_index(id, groups);
  if (i >= ${extent}) {
    return;
  }
${place}
${begin}  run();
${end}}

`;
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * The same functions around the plugin's own JavaScript. Rounds of its loops are not counted: the twin is trusted code. All functions are
 * made once, over the arguments of the call under way: made anew in every call they are not inlined, which takes three times as long.
 * Results go straight into arrays: a captured variable that holds a number other than a small integer is allocated at every write.
 */
function twinText(binds: Binds, own: string): string {
  const { kernel } = binds;
  const each = (line: (index: number) => string): string => kernel.outputs.map((_, index) => line(index)).join(' ');
  const body =
    kernel.over === 'values'
      ? `for (let lane = 0; lane < lanes; lane++) { dte_lane = lane; dte_at = place * lanes + lane; ${each((index) => `dte.y${index}[dte_at] = missing;`)} run(); }`
      : `${each((index) => `dte_clear${index}();`)} run();`;
  return `(() => {
  let dte;
  let dte_point = 0;
  let dte_lane = 0;
  let dte_at = 0;
  ${javascriptFunctions(binds).join('\n  ')}
${own}
  return (args, start, end) => {
    dte = args;
    const { lanes } = args;
    for (let place = start; place < end; place++) { dte_point = place; ${body} }
  };
})()`;
}

function javascriptFunctions({ kernel, coordinates, readsLevel, levelInputs }: Binds): readonly string[] {
  const isOverValues = kernel.over === 'values';
  const levels = levelInputs.map((name) => {
    const array = `dte.l${kernel.inputs.indexOf(name)}`;
    return `const ${name}_level = (k) => (k < ${array}.length ? ${array}[k] : missing);`;
  });
  return [
    ...javascriptInputs(kernel),
    ...kernel.outputs.flatMap((name, index) => javascriptOutput(name, index, isOverValues)),
    ...levels,
    ...[...kernel.scalars].map(([name, type], index) => `const ${name} = () => dte.s${index}${type === 'bool' ? ' !== 0' : ''};`),
    ...[...kernel.constants].map(([name, value]) => `const ${name} = () => ${value};`),
    ...coordinates.map((name) => `const ${name} = () => dte.${name}Of[dte_point];`),
    ...(readsLevel ? ['const level = () => dte.levelOf[dte_lane];'] : []),
    'const point = () => dte_point;',
    'const point_count = () => dte.points;',
  ];
}

function javascriptInputs({ inputs, over, reach }: PluginKernel): readonly string[] {
  return inputs.flatMap((name, index) => {
    const isOverValues = over === 'values';
    const x = `dte.x${index}`;
    const element = (at: string): string => `${x}[${at} * ${x}Lanes + ${x}Lane + ${isOverValues ? `dte_lane * ${x}Step` : 'k'}]`;
    const k = isOverValues ? '' : 'k';
    const lines = [`const ${name} = (${k}) => ${isOverValues ? '' : `k >= ${x}Levels ? missing : `}${element('dte_point')};`];
    if (!isOverValues) lines.push(`const ${name}_levels = () => ${x}Levels;`);
    if (reach === 'grid') {
      const isThere = `at >= 0 && at < dte.points${isOverValues ? '' : ` && k < ${x}Levels`}`;
      lines.push(`const ${name}_at = (at${k === '' ? '' : ', k'}) => (${isThere} ? ${element('at')} : missing);`);
    }
    return lines;
  });
}

function javascriptOutput(name: string, index: number, isOverValues: boolean): readonly string[] {
  const stored = 'is_storable(value) ? value : missing';
  const y = `dte.y${index}`;
  if (isOverValues) return [`const set_${name} = (value) => { ${y}[dte_at] = ${stored}; };`];
  return [
    `const set_${name} = (k, value) => { if (k < ${y}Levels) ${y}[dte_point * ${y}Lanes + ${y}Lane + k] = ${stored}; };`,
    `const ${name}_levels = () => ${y}Levels;`,
    `const dte_clear${index} = () => { for (let k = 0; k < ${y}Levels; k++) set_${name}(k, missing); };`,
  ];
}
