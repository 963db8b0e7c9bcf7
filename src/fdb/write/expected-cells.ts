import { DteError } from '../../base/index.js';
import { canonicalSelection, canonicalValue, type Schema } from '../schema/index.js';
import { formatKey, type Key, type Selection } from '../types.js';

/** Compares what is archived with a request that says what it should be. */
export interface ExpectedCells {
  /** `input.metadata` for a message that the request does not name. */
  take(metadata: Key): void;
  /** `absent.field` when messages for cells of the request did not come. */
  finish(): void;
}

export function expectedCells(schema: Schema, request: Selection): ExpectedCells {
  const asked = [...canonicalSelection(schema, request)].map(([keyword, values]) => ({
    keyword,
    values,
    known: new Set(values),
    type: schema.types.get(keyword) ?? ('Default' as const),
  }));
  const count = asked.reduce((product, { values }) => product * values.length, 1);
  const seen = new Set<string>();
  return {
    take(metadata) {
      const cell: string[] = [];
      for (const { keyword, values, known, type } of asked) {
        const value = canonicalValue(type, metadata.get(keyword) ?? '');
        if (!known.has(value)) {
          throw new DteError('input.metadata', `the request does not ask for ${formatKey(metadata)}`, {
            hint: `its ${keyword} is ${value === '' ? 'absent' : value}, and the request names ${values.slice(0, 20).join('/')}`,
          });
        }
        cell.push(value);
      }
      seen.add(cell.join('\n'));
    },
    finish() {
      if (seen.size === count) return;
      throw new DteError('absent.field', `the request names ${count} fields and the data hold ${seen.size} of them`, {
        hint: `the first that is missing: ${formatKey(firstMissing())}`,
      });
    },
  };

  function firstMissing(): Key {
    const indices = asked.map(() => 0);
    for (;;) {
      const values = asked.map(({ values }, i) => values[indices[i] as number] as string);
      if (!seen.has(values.join('\n'))) return new Map(asked.map(({ keyword }, i) => [keyword, values[i] as string]));
      let i = asked.length - 1;
      while (i > 0 && (indices[i] as number) + 1 === asked[i]?.values.length) indices[i--] = 0;
      (indices[i] as number)++;
    }
  }
}
