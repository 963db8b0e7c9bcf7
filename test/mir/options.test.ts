// Options by MIR's names: what is taken, and that everything else is refused in words.
import t from 'tap';
import { isDteError } from '../../src/base/index.js';
import { type MethodFlag, methodFlags, methodWords, missingWords } from '../../src/mir/method-flags.js';
import { mirOptionName, mirOptions, optionGroups, type OptionSpec, parseMirOptions } from '../../src/mir/index.js';
import { type MethodOption, methodOptions, methods, missingStrategies } from '../../src/regrid/index.js';

t.test('text and values give the same options', async (t) => {
  const fromText = parseMirOptions({
    grid: ' 1/1 ',
    area: '70/-25/30/45',
    frame: '3',
    lsm: 'on',
    nabla: 'scalar-gradient',
    truncation: 'T63',
    packing: 'av',
  });
  const fromValues = parseMirOptions({
    grid: [1, 1],
    area: [70, -25, 30, 45],
    frame: 3,
    lsm: true,
    nabla: ['scalar-gradient'],
    truncation: 63,
    packing: 'keep',
  });
  t.same(fromText, fromValues);
  t.same(fromText.area, [70, -25, 30, 45]);
  t.equal(fromText.packing, 'keep');
  t.same(parseMirOptions({ ...fromText }), fromText, 'options that were parsed are taken as they are');
  t.same(parseMirOptions({ grid: undefined }), {}, 'undefined is not given');
});

t.test('other spellings stand for names of the table', async (t) => {
  t.equal(mirOptionName('method'), 'interpolation');
  t.equal(mirOptionName('missing'), 'non-linear');
  t.equal(mirOptionName('resol'), 'truncation');
  t.same(parseMirOptions({ resol: 'AUTO' }), { truncation: 'automatic' });
  t.same(parseMirOptions({ packing: 'archived-value', style: 'dissemination' }), { packing: 'keep', style: 'ecmwf' });
});

t.test('what is not accepted is refused with the name, the value met and what is accepted', async (t) => {
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ gird: '1/1' }, /'gird' is not an option of a regridding .*did you mean 'grid'\?/],
    [{ zzzzzzzzzzzz: 1 }, /is not an option of a regridding .*options are grid, area/],
    [{ 'vector-space': '2d-polar' }, /'2d-polar' is not a value of vector-space .*transport, 1d-linear/],
    [{ 'add-random': '1' }, /MIR has it; it is not implemented here/],
    [{ 'formula.gridded': 'x' }, /MIR has it/],
    [{ 'mesh-generator': 'x' }, /MIR has it/],
    [{ caching: '0' }, /weights are always cached/],
    [{ dryrun: '1' }, /--plan prints the steps/],
    [{ grid: '' }, /'' is not a value of grid .*a name \(O320\), increments \(1\/1\), or a gridspec/],
    [{ grid: 3 }, /'3' is not a value of grid/],
    [{ area: '70/-25/30' }, /'70\/-25\/30' is not a value of area .*numbers of the form N\/W\/S\/E/],
    [{ area: '70/-25/30/east' }, /is not a value of area/],
    [{ area: [70, 1, 2, Number.NaN] }, /is not a value of area/],
    [{ 'area-mode': 'corp' }, /'corp' is not a value of area-mode .*crop, mask; did you mean 'crop'\?/],
    [{ rotation: '1' }, /lat\/lon/],
    [{ reduced: '0' }, /'0' is not a value of reduced .*a whole number from 1/],
    [{ regular: '1.5' }, /'1.5' is not a value of regular/],
    [{ pl: 'a/b' }, /'a\/b' is not a value of pl/],
    [{ interpolation: '' }, /'' is not a value of interpolation/],
    [{ truncation: 'T' }, /'T' is not a value of truncation .*automatic, none, or a whole number from 1/],
    [{ truncation: 0 }, /'0' is not a value of truncation/],
    [{ 'spectral-order': 'septic' }, /linear, quadratic, cubic, quartic/],
    [{ 'cesaro-k': '-1', cesaro: true }, /'-1' is not a value of cesaro-k .*a number from 0/],
    [{ lsm: 'perhaps' }, /'perhaps' is not a value of lsm .*true and false, on and off, 1 and 0/],
    [{ 'lsm-weight-adjustment': '2' }, /'2' is not a value of lsm-weight-adjustment .*from 0 to 1/],
    [{ 'mask-output-lsm-value': '2' }, /a whole number from 0 to 1/],
    [{ nabla: 'scalar-gradient/curl' }, /'curl' is not a value of nabla .*uv-vorticity/],
    [{ frame: '-1' }, /'-1' is not a value of frame/],
    [{ packing: 'png' }, /'png' is not a value of packing .*keep, simple, ccsds/],
    [{ accuracy: 33 }, /'33' is not a value of accuracy .*from 1 to 32/],
    [{ style: 'mars' }, /'mars' is not a value of style .*ecmwf/],
    [{ method: 'nn', interpolation: 'linear' }, /interpolation is given twice, once as interpolation/],
    [{ grid: '1/1', octahedral: 32 }, /grid and octahedral together .*one of grid, reduced, regular, octahedral, pl/],
    [{ vod2uv: true, uv2uv: true }, /vod2uv and uv2uv together/],
    [{ uv: true, 'u-only': true, 'v-only': true }, /u-only and v-only together/],
    [{ 'u-only': true }, /u-only without vod2uv or uv2uv or uv/],
    [{ 'area-mode': 'mask' }, /area-mode without area/],
    [{ 'limiter-minimum': 1 }, /limiter-minimum without limiter/],
    [{ limiter: true, 'limiter-minimum': 2, 'limiter-maximum': 1 }, /limiter-minimum 2 is above limiter-maximum 1/],
    [{ method: 'matrix' }, /interpolation matrix without interpolation-matrix .*names the file/],
    [{ method: 'linear', 'interpolation-matrix': 'w.nc' }, /interpolation-matrix with the interpolation linear/],
    [{ 'intermediate-interpolation': 'nn' }, /intermediate-interpolation without intgrid/],
  ];
  for (const [given, message] of cases) {
    try {
      parseMirOptions(given);
      t.fail(`${JSON.stringify(given)} was taken`);
    } catch (error) {
      t.ok(isDteError(error, 'input.option'), JSON.stringify(given));
      t.match((error as Error).message, message);
    }
  }
  t.same(
    parseMirOptions({ vod2uv: false, uv2uv: true, 'u-only': true }),
    { vod2uv: false, uv2uv: true, 'u-only': true },
    'a flag that is off excludes nothing',
  );
});

t.test('help names all methods and strategies', async (t) => {
  t.same(
    [...methods.keys()].filter((name) => !(methodWords as readonly string[]).includes(name)),
    [],
  );
  t.same([...missingWords].sort(), [...Object.keys(missingStrategies), 'simulated-missing-value'].sort());
});

t.test('options of methods are those of the methods, with their defaults', async (t) => {
  const own = new Map(Object.entries(methodFlags).map(([name, flag]: [string, MethodFlag]) => [flag.own ?? name, flag]));
  t.same(
    Object.keys(methodOptions).filter((name) => !own.has(name)),
    [],
    'every option of a method can be given',
  );
  for (const [name, option] of Object.entries(methodOptions) as [string, MethodOption][]) {
    const flag = own.get(name);
    if (flag === undefined) continue;
    t.equal(flag.standard, String(option.default), name);
    t.equal(flag.isFlag === true, option.kind === 'flag' && !option.default, name);
    t.ok(flag.help.startsWith(option.meaning), `${name}: '${flag.help}' begins as '${option.meaning}'`);
    const choices = /\((.*?)(?: and others)?\)$/.exec(flag.help)?.[1]?.split(', ') ?? [];
    if (option.kind === 'choice')
      t.ok(choices.length > 2 && choices.every((choice) => option.choices.includes(choice)), `${name}: ${choices.join(' ')}`);
  }
});

t.test('the table is complete: every option has words, a group, and a form of value', async (t) => {
  const names = new Set<string>();
  for (const [name, spec] of Object.entries(mirOptions) as [string, OptionSpec][]) {
    t.ok(spec.help.length > 8 && spec.help.length < 500, `${name}: ${spec.help}`);
    t.ok(Object.hasOwn(optionGroups, spec.group), name);
    t.notOk(/\.$/.test(spec.help), `${name}: a clause without a full stop`);
    for (const one of [name, ...(spec.aliases ?? [])]) {
      t.notOk(names.has(one), `${one} has one meaning`);
      names.add(one);
    }
  }
});
