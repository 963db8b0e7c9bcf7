import type { Field } from '../atlas/index.js';
import { find, type Message, parseMessage, withKeys } from '../grib/index.js';
import { vorticityParams, windParams } from './items.js';
import type { Component, Plan } from './plan-text.js';

/**
 * The fields of a plan with messages that say what they hold now: wind that was made of vorticity and divergence has the parameters
 * of wind, divergence and vorticity of wind have theirs, and vectors that were turned say what they are measured along. Field i is that of `plan.components[i]`.
 */
export function relabelled(plan: Plan, fields: readonly Field<Message>[]): readonly Field<Message>[] {
  const makesWind = plan.steps.some(({ name }) => name === 'wind-from-vorticity');
  const axes = plan.steps.findLast((step) => step.name === 'interpolate')?.vector?.to;
  if (!makesWind && axes === undefined && plan.steps.every(({ name }) => name !== 'nabla')) return fields;
  return fields.map((field, index) => ({
    ...field,
    layers: field.layers.map((message) => {
      const param = paramOf(plan.components[index] as Component, message, makesWind);
      const named = param === undefined ? message : withParam(message, param);
      return axes === undefined ? named : { ...named, axes };
    }),
  }));
}

/** The parameter that a component has, where that is not the message's. */
function paramOf(component: Component, message: Message, makesWind: boolean): number | undefined {
  if (makesWind && component === 'u') return windParams[0];
  if (makesWind && component === 'v') return windParams[1];
  if (component !== 'divergence' && component !== 'vorticity') return undefined;
  // Of other vectors than wind, such as currents, it has no number of its own.
  const isOfWind = makesWind || (windParams as readonly unknown[]).includes(find(message, 'paramId'));
  return isOfWind ? vorticityParams[component === 'vorticity' ? 0 : 1] : undefined;
}

function withParam(message: Message, paramId: number): Message {
  const [changed] = parseMessage(withKeys(message, new Map([['paramId', paramId]])), message.tables);
  return { ...(changed as Message), where: message.where };
}
