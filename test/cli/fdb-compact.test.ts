import t from 'tap';
import { compactRequests } from '../../src/cli/verbs/fdb/compact.js';
import type { Entry, Key } from '../../src/fdb/index.js';

const location = { file: '/a', offset: 0, length: 1 };
const entry = (step: number, level: string, param: number): Entry => {
  const element: Key = new Map([
    ['step', String(step)],
    ['levelist', level],
    ['param', String(param)],
  ]);
  return { keys: [new Map([['class', 'rd']]), new Map([['type', 'an']]), element], location, flushedMs: 0, isMasked: false };
};

t.test('a full cube is one request', async (t) => {
  const cube = [0, 6].flatMap((step) => ['500', '850'].flatMap((level) => [129, 130].map((param) => entry(step, level, param))));
  t.strictSame(
    compactRequests(cube).map((request) => [...request]),
    [
      [
        ['class', ['rd']],
        ['type', ['an']],
        ['step', ['0', '6']],
        ['levelist', ['500', '850']],
        ['param', ['129', '130']],
      ],
    ],
  );
});

t.test('requests name each field once and no other', async (t) => {
  // A fixed sequence of about half the cells of a cube, and fields without a level.
  const cells = new Set<string>();
  for (let state = 1, i = 0; i < 60; i++) {
    state = (state * 48_271) % 2_147_483_647;
    cells.add([state % 5, state % 3 === 0 ? '' : String(100 * (state % 4)), state % 7].join(':'));
  }
  const entries = [...cells]
    .map((cell) => cell.split(':'))
    .map(([step, level, param]) => entry(Number(step), level as string, Number(param)));
  const named: string[] = [];
  for (const request of compactRequests(entries)) {
    const [steps, levels, params] = ['step', 'levelist', 'param'].map((keyword) => request.get(keyword) ?? ['']) as [
      string[],
      string[],
      string[],
    ];
    for (const step of steps) for (const level of levels) for (const param of params) named.push([step, level, param].join(':'));
  }
  t.strictSame(named.sort(), [...cells].sort());
});

t.strictSame(compactRequests([]), [], 'nothing');
