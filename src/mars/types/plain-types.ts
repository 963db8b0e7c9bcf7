import type { Settings, ValueType } from './value-type.js';

export function anyType(): ValueType {
  return { called: 'a text', canonical: (text) => text };
}

export function lowercaseType(): ValueType {
  return { called: 'a text', canonical: (text) => text.toLowerCase() };
}

/** Texts that one of the patterns fits. */
export function regexType({ regex = [], uppercase = false }: Settings): ValueType {
  const patterns = regex.map((pattern) => new RegExp(pattern));
  return {
    called: `a text of the form ${regex.join(' or ')}`,
    canonical: (text) => (patterns.some((pattern) => pattern.test(text)) ? (uppercase ? text.toUpperCase() : text) : undefined),
  };
}
