// The exported names of every entry. A change here is a change of the public surface: say so in the CHANGELOG.
import t from 'tap';

const surface: Readonly<Record<string, readonly string[]>> = {
  index: ['DteError', 'gridFromSpec', 'isDteError', 'kernel', 'layerOf', 'missingValue', 'nodeContext', 'open', 'releaseField', 'version'],
  'compute/index': [
    'DeviceArray',
    'copy',
    'copyQuads',
    'declarations',
    'expandShader',
    'gather',
    'kernel',
    'missingValue',
    'openEngine',
    'Pass',
    'probe',
    'recordValueRanges',
    'Team',
  ],
  'mars/index': [
    'canonicalDate',
    'canonicalDouble',
    'canonicalExpver',
    'canonicalFloat',
    'canonicalNumber',
    'canonicalStep',
    'canonicalTime',
    'countCombinations',
    'dateOfDay',
    'dayOfDate',
    'expandRequest',
    'expandRequests',
    'expander',
    'filterRequest',
    'flattenRequest',
    'formatDuration',
    'formatRequest',
    'formatStep',
    'formatTime',
    'formatValues',
    'marsLanguage',
    'monthNumber',
    'paramIdOf',
    'parseDuration',
    'parseKeywords',
    'parseRequests',
    'parseStep',
    'secondsOfTime',
  ],
  'fdb/index': [
    'combinedKey',
    'defaultSchema',
    'fdbSource',
    'folders',
    'formatElement',
    'formatKey',
    'formatSchema',
    'openFdb',
    'parseSchema',
    'readFdbConfig',
    'rootsOf',
    'sumStats',
    'wipedPaths',
    'writeZarr',
    'zarrHierarchy',
    'zarrView',
  ],
  'mir/index': [
    'compilePlan',
    'createMir',
    'inputKey',
    'itemBatches',
    'mirOptionName',
    'mirOptions',
    'mirWeights',
    'optionGroups',
    'parseMirOptions',
    'planText',
  ],
  'infero/index': ['inferenceEngines', 'openModel'],
  'pyfdb/index': ['DataHandle', 'FDB', 'pyfdbModule'],
  'spectral/index': [
    'coefficientCount',
    'coefficientIndex',
    'coefficientOperator',
    'earthRadius',
    'epsilon',
    'fieldOfApart',
    'prepareAnalysis',
    'prepareBandpass',
    'prepareCesaro',
    'prepareGradient',
    'prepareLaplacian',
    'prepareSynthesis',
    'prepareTruncation',
    'prepareWindAnalysis',
    'prepareWindSynthesis',
    'windFromVorticity',
  ],
  'plume/index': [
    'ModelData',
    'atlasVersion',
    'dataName',
    'negotiate',
    'openPlume',
    'paramTypes',
    'parseConfig',
    'parseProtocol',
    'pluginKinds',
    'plumeVersion',
  ],
  'stats/index': ['TimeWindow', 'parseStatistic', 'prepareWindow', 'statistics', 'windowAt'],
  'twin/index': ['cases', 'createTwin', 'gravity'],
  'serve/index': ['problemOf', 'serveStore', 'statusOf', 'storeApp'],
};

for (const [entry, names] of Object.entries(surface)) {
  t.test(`${entry} exports what it is meant to`, async (test) => {
    const exported = (await import(new URL(`../src/${entry}.js`, import.meta.url).href)) as object;
    test.same(Object.keys(exported).sort(), [...names].sort());
  });
}

t.test('the version is the one of package.json', async (test) => {
  const { version } = (await import('../src/index.js')) as { version: string };
  const { packageRoot } = await import('../src/base/node.js');
  const { readFileSync } = await import('node:fs');
  const stated = JSON.parse(readFileSync(new URL('package.json', packageRoot()), 'utf8')) as { version: string };
  test.equal(version, stated.version);
});
