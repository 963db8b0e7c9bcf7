import type { Grid } from '../../atlas/index.js';
import { find, type Message } from '../../grib/index.js';
import type { Attributes } from './metadata.js';

/** What a field says of its parameter, in the words of the CF conventions where they have one. */
export function parameterAttributes(message: Message): Attributes {
  const standardName = text(message, 'cfName');
  const stepType = text(message, 'stepType');
  return {
    ...(text(message, 'name') === undefined ? {} : { long_name: text(message, 'name') }),
    units: cfUnits(text(message, 'units')),
    ...(standardName === undefined ? {} : { standard_name: standardName }),
    paramId: find(message, 'paramId') ?? 0,
    shortName: text(message, 'shortName') ?? 'unknown',
    ...(text(message, 'typeOfLevel') === undefined ? {} : { typeOfLevel: text(message, 'typeOfLevel') }),
    ...(stepType === undefined ? {} : { stepType }),
  };
}

export function gridAttributes(grid: Grid): Attributes {
  return { gridType: grid.type, ...(grid.name === undefined ? {} : { gridName: grid.name }), gridSpec: grid.spec };
}

export function shortNameOf(message: Message): string | undefined {
  return text(message, 'shortName');
}

function text(message: Message, key: string): string | undefined {
  const value = find(message, key);
  return typeof value === 'string' && value !== '' && value !== 'unknown' && value !== '~' ? value : undefined;
}

/** Numbers without a unit, and fractions, are `1`. */
function cfUnits(units: string | undefined): string {
  return units === undefined || /^\(\s*0\s*-\s*1\s*\)$/.test(units) || units === 'Numeric' || units === 'dimensionless' ? '1' : units;
}
