import type { Field } from '../atlas/index.js';
import { type Message, parseMessage, withKeys } from '../grib/index.js';
import { windParams } from './items.js';
import type { Plan } from './plan-text.js';

/**
 * The fields of a plan with messages that say what they hold now: wind that was made of vorticity and divergence has the parameters
 * of wind, and vectors that were turned say what they are measured along. Field i is that of `plan.components[i]`.
 */
export function relabelled(plan: Plan, fields: readonly Field<Message>[]): readonly Field<Message>[] {
  const makesWind = plan.steps.some(({ name }) => name === 'wind-from-vorticity');
  const axes = plan.steps.findLast((step) => step.name === 'interpolate')?.vector?.to;
  if (!makesWind && axes === undefined) return fields;
  return fields.map((field, index) => ({
    ...field,
    layers: field.layers.map((message) => {
      const named = makesWind ? withParam(message, plan.components[index] === 'u' ? windParams[0] : windParams[1]) : message;
      return axes === undefined ? named : { ...named, axes };
    }),
  }));
}

function withParam(message: Message, paramId: number): Message {
  const [changed] = parseMessage(withKeys(message, new Map([['paramId', paramId]])), message.tables);
  return { ...(changed as Message), where: message.where };
}
