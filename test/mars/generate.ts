// Requests at random, of what metkit 1.9.2 and 1.19 read in the same way.
type Random = () => number;

function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)] as T;
}

function whole(random: Random, most: number): number {
  return Math.floor(random() * most);
}

/** A context that both versions have parameters for, with names and numbers of some of them. */
const contexts: readonly (readonly [context: string, params: readonly string[]])[] = [
  ['class=od,type=an,stream=oper,levtype=pl', ['129', 't', '131.128', 'u', 'v', '130', 'vo', 'd', 'r', 'q', 'Temperature']],
  ['class=operations,type=analysis,stream=da,levtype=pressure levels', ['z', '130', '133', '132.128']],
  ['class=od,type=fc,stream=oper,levtype=surface', ['167', 'msl', '2t', '10u', '10v', 'tp', '164', '134', 'sp']],
  ['class=od,type=pf,stream=enfo,levtype=sfc', ['167', 'msl', '2t', '10u', 'tcc', '228.128']],
  ['class=od,type=cf,stream=ef,levtype=pl', ['t', 'u', '129', '133']],
  ['class=od,type=forecast,stream=oper,levtype=pl', ['t', 'u', 'v', 'q', 'z']],
  ['class=ea,type=an,stream=oper,levtype=pl', ['129', '130', '131', '132', '133']],
];

export function requestText(random: Random): string {
  const separator = pick(random, [',', ', ', ',\n  ', ' , # a comment, with = and /\n\t']);
  const keywords = `${baseKeywords(random)},${fieldKeywords(random)}`.split(',');
  for (let i = keywords.length - 1; i > 0; i--) {
    const other = whole(random, i + 1);
    [keywords[i], keywords[other]] = [keywords[other] as string, keywords[i] as string];
  }
  const written = keywords.map((keyword) => (random() < 0.2 ? keyword.replace(/^[a-z]+(?==)/, (word) => word.toUpperCase()) : keyword));
  return `${pick(random, ['retrieve', 'ret', 'RETRIEVE', 'Retrieve'])}${separator}${written.join(separator)}${pick(random, ['', '\n', ' '])}`;
}

export function baseKeywords(random: Random): string {
  const [context, params] = pick(random, contexts);
  const list = Array.from({ length: 1 + whole(random, 3) }, () => pick(random, params));
  return `${context},param=${list.join('/')},date=${dates(random)}`;
}

/** Keywords that both versions read in the same way, each with a chance of its own. */
export function fieldKeywords(random: Random): string {
  const parts: string[] = [`expver=${pick(random, ['1', '0001', '79', 'ab', 'hx4y', '0005'])}`];
  const add = (chance: number, text: () => string): void => {
    if (random() < chance) parts.push(text());
  };
  add(0.7, () => `time=${times(random)}`);
  add(0.7, () => `step=${steps(random)}`);
  add(0.5, () => `${pick(random, ['levelist', 'level', 'leve'])}=${levels(random)}`);
  add(0.5, () => `number=${integers(random, 50)}`);
  add(0.3, () => `domain=${pick(random, ['g', 'globe', 'e', 'G'])}`);
  add(0.3, () => `area=${decimal(random, 90)}/${decimal(random, 180)}/-${decimal(random, 90)}/${decimal(random, 180)}`);
  add(0.3, () => `grid=${pick(random, ['0.25/0.25', '1/1', '0.10/0.10', 'N320', 'n640', 'o1280', 'F128', '2.50/2.5'])}`);
  add(0.2, () => `rotation=-${1 + whole(random, 80)}.5/${1 + whole(random, 80)}`);
  add(0.2, () => `accuracy=${pick(random, ['16', '24', '08', 'normal'])}`);
  add(0.2, () => `packing=${pick(random, ['simple', 'second order', 'so'])}`);
  add(0.2, () => `expect=${pick(random, ['12', '007'])}`);
  add(0.2, () => `target=${pick(random, ['out.grib', '"a b/c.grib"', "'quoted.grib'", '"x\\/y"'])}`);
  add(0.2, () => `database=${pick(random, ['marsod', 'fdbprod/marsod', 'a:b_c'])}`);
  add(0.1, () => 'gaussian=regular');
  return parts.join(',');
}

function dates(random: Random): string {
  const day = (): string => `2024${String(1 + whole(random, 12)).padStart(2, '0')}${String(1 + whole(random, 28)).padStart(2, '0')}`;
  switch (whole(random, 6)) {
    case 0:
      return '20240229';
    case 1:
      return `${day()}/${day()}/${day()}`;
    case 2:
      return `20240227/to/202403${10 + whole(random, 20)}/by/${1 + whole(random, 6)}`;
    case 3:
      return `2023-12-25/to/2024-01-0${1 + whole(random, 9)}`;
    case 4:
      return `-${1 + whole(random, 9)}`;
    default:
      return day();
  }
}

function times(random: Random): string {
  return pick(random, [
    '0',
    '00',
    '0600',
    '6',
    '06:00',
    '12:00:00',
    '0/6/12/18',
    '00/12',
    '0000/1200',
    '0/to/18/by/6',
    '6/to/18/by/12',
    '18',
    '1830',
    '06:30',
  ]);
}

function steps(random: Random): string {
  const start = whole(random, 48);
  switch (whole(random, 5)) {
    case 0:
      return `${start}/to/${start + 1 + whole(random, 200)}/by/${1 + whole(random, 24)}`;
    case 1:
      return `0${start}/${start + 240}`;
    case 2:
      return `${start}-${start + 1 + whole(random, 24)}`;
    case 3:
      return `${start}/to/${start + 24}`;
    default:
      return String(start);
  }
}

function levels(random: Random): string {
  return pick(random, [
    '1000/850/500',
    '500',
    '1/to/20',
    '1/to/137/by/10',
    '0.5/10',
    '1000.0',
    '050',
    '1/to/3/by/0.5',
    '100/200/to/400/by/100',
    'off',
  ]);
}

function integers(random: Random, most: number): string {
  const from = whole(random, most);
  return pick(random, [
    String(from),
    `${from}/to/${from + 1 + whole(random, 20)}`,
    `${from}/to/${from + 10}/by/3`,
    `${from}/${from + 2}/${from + 4}/to/${from + 8}/by/2`,
  ]);
}

function decimal(random: Random, most: number): string {
  return pick(random, [
    `${1 + whole(random, most - 1)}`,
    `${1 + whole(random, most - 1)}.`,
    `${1 + whole(random, most - 1)}.50`,
    `0.${1 + whole(random, 9)}`,
  ]);
}
