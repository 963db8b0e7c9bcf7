/**
 * The MARS request language: text -> requests -> canonical requests -> single fields.
 *
 * A request is a verb and a list of values for each keyword. It takes three steps, each of which can be had alone:
 *   parse    text with comments, quotes and several requests into plain objects; nothing is looked up
 *   expand   against the table of the language: aliases, ranges, relative dates, names of parameters; every value gets its one canonical
 *            text. Defaults are filled in (`inherit: true`, as a client of MARS does) or not (`inherit: false`, as the tools of FDB do)
 *   flatten  all combinations, lazily
 *
 * The language is data (src/mars/tables, made by tools/mars-language.mjs from metkit's share/metkit): a keyword has a type (enum, date,
 * step, ...), defaults, and contexts, conditions on other keywords, under which it is dropped or fixed. Keywords are walked in one canonical
 * order, so that a context can only look at keywords that are known already. Parameters are resolved last: the same short name may mean
 * another parameter in another context. Nothing of the tables is parsed before it is needed: the 8 000 parameters are searched as text.
 *
 * Names must be given in full. Upstream once took any beginning of a name and still writes such requests; here, as in its strict mode, they
 * are errors that name the nearest valid one.
 *
 * Upstream: metkit: src/metkit/mars (version 1.19.2). Known differences from it:
 *   - a keyword `off` is left out altogether; upstream gives it its default again
 *   - defaults are tried in the order of the tables; upstream's order is that of memory addresses
 *   - values set by a context are brought to canonical text as well (time 0 -> 0000), and grid=av is dropped as its table says
 *   - dates of two-digit years (yymmdd) are refused, 01 and 01-05 are January and its fifth
 *   - digits after the last unit of a duration (1h30), ranges between intervals of different lengths and of dates without a year are refused
 *   - `to` after a stride goes on from the last value, where upstream takes the stride for a value
 *   - ranges of levels are exact decimals, upstream's are single precision
 *   - keywords that the table of a verb calls multiple (list: class, expver, stream, type) are so; a keyword given under two names is an error
 *   - printed values escape quotes and backslashes, so that they can be read again
 *
 * @example
 * const language = await marsLanguage(context);
 * const [request] = parseRequests('retrieve, class=od, date=20240101/to/20240103, param=2t, levtype=sfc, step=0/to/12/by/6');
 * const full = expandRequest(language, request, { inherit: true });
 * for (const field of flattenRequest(full, language)) console.log(field.get('date'), field.get('step'));
 */
export { expander, expandRequest, expandRequests, type ExpandOptions } from './expand.js';
export { filterRequest } from './filter.js';
export { countCombinations, flattenRequest } from './flatten.js';
export { formatRequest, formatValues } from './format.js';
export { type Keyword, type MarsLanguage, marsLanguage, type ParamMatching, type Verb } from './language.js';
export { paramIdOf, type Params } from './params.js';
export { parseKeywords, type ParseOptions, parseRequests } from './parse.js';
export type { MarsRequest } from './request.js';
export { canonicalDate, dateOfDay, dayOfDate, monthNumber } from './values/date.js';
export { type Duration, formatDuration, parseDuration } from './values/duration.js';
export { canonicalExpver } from './values/expver.js';
export { canonicalDouble, canonicalFloat, canonicalNumber } from './values/number.js';
export { canonicalStep, formatStep, parseStep, type Step } from './values/step.js';
export { canonicalTime, formatTime, secondsOfTime } from './values/time.js';
