import type { Field } from '../atlas/index.js';
import { type Message, parseMessage, withKeys } from '../grib/index.js';
import { windParams } from './items.js';
import type { Plan } from './plan-text.js';

/**
 * The fields of a plan with messages that say what they hold now: wind that was made of vorticity and divergence has the parameters
 * of wind. Field i is that of `plan.components[i]`.
 */
export function relabelled(plan: Plan, fields: readonly Field<Message>[]): readonly Field<Message>[] {
  if (plan.input.kind !== 'vod' || plan.steps.every(({ name }) => name !== 'wind-from-vorticity')) return fields;
  return fields.map((field, index) => {
    const param = plan.components[index] === 'u' ? windParams[0] : windParams[1];
    return { ...field, layers: field.layers.map((message) => withParam(message, param)) };
  });
}

function withParam(message: Message, paramId: number): Message {
  const [changed] = parseMessage(withKeys(message, new Map([['paramId', paramId]])), message.tables);
  return { ...(changed as Message), where: message.where };
}
